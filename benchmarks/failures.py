"""Make short training runs that go wrong in known ways, and healthy ones, for the diagnosis.

    python -m benchmarks.failures OUT --data FOLDER [--ways WAY ...] [--models ...] [--seeds ...]

OUT/WAY-MODEL-SEED.npz contains the records and 16 samples of every 50th step as in a `History`, and
1,000 samples of the trained generator. The script does not repeat a run that exists.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn, optim

from benchmarks.quality import BATCH, build, to_bytes
from cs231n.analysis.sampling import draw_samples
from cs231n.data import MemoryLoader, load_mnist
from cs231n.training import History, train_gan, watch

MODELS = ("vanilla", "lsgan", "dcgan")
EVERY, COUNT = 50, 1_000


class Seldom:
    """An optimizer that steps only every `every`-th time; 0 for never (step() forgotten)."""

    def __init__(self, optimizer: optim.Optimizer, every: int = 0):
        self.optimizer, self.every, self.calls = optimizer, every, 0
        self.zero_grad = optimizer.zero_grad

    def step(self) -> None:
        self.calls += 1
        if self.every and self.calls % self.every == 0:
            self.optimizer.step()


@dataclass(frozen=True)
class Way:
    """How a training run is made to go wrong.

    Attributes:
        d_rate, g_rate: learning rates.
        d_every, g_every: steps per step of the optimizer; 0 for never.
        factor: of both losses: 128 if a student sums instead of averaging.
        gain: factor of the initial weights in the generator's last layer.
        steps: of the run.
    """

    d_rate: float = 1e-3
    g_rate: float = 1e-3
    d_every: int = 1
    g_every: int = 1
    factor: float = 1.0
    gain: float = 1.0
    steps: int = 250


WAYS = {
    "healthy": Way(steps=400),
    "high_rate": Way(d_rate=0.1, g_rate=0.1),
    "no_d_step": Way(d_every=0, steps=60),
    "no_g_step": Way(g_every=0, steps=60),
    "no_step": Way(d_every=0, g_every=0, steps=60),
    "d_much_more": Way(g_every=50),
    "sum_high_rate": Way(factor=128, d_rate=0.03, g_rate=0.03),
    "large_outputs": Way(gain=200),
    "collapse": Way(d_every=10, steps=500),
}


def scaled(loss: Callable, factor: float) -> Callable:
    """Return the loss function multiplied by a factor."""
    return lambda *scores: factor * loss(*scores)


def run(way: Way, model: str, seed: int, data) -> dict[str, np.ndarray]:
    """Train once; return history and samples as arrays."""
    torch.manual_seed(seed)
    D, G, _, _, *losses = build(model)
    layer = [m for m in G.modules() if isinstance(m, (nn.Linear, nn.ConvTranspose2d))][-1]
    with torch.no_grad():
        layer.weight *= way.gain
    optimizers = [
        Seldom(optim.Adam(net.parameters(), lr=rate, betas=(0.5, 0.999)), every)
        for net, rate, every in ((D, way.d_rate, way.d_every), (G, way.g_rate, way.g_every))
    ]
    losses = [scaled(loss, way.factor) for loss in losses]
    loader = MemoryLoader(data.train_images, data.train_labels, BATCH, shuffle=True)
    records = train_gan(D, G, *optimizers, *losses, loader, show_every=EVERY, max_steps=way.steps)
    return to_arrays(watch(records), to_bytes(draw_samples(G, COUNT)))


def to_arrays(history: History, final: np.ndarray) -> dict[str, np.ndarray]:
    """Return a history and samples (N, 784) uint8 as arrays for `np.savez`."""
    records = np.stack([history.d_loss, history.g_loss, history.d_real, history.d_fake], axis=1)
    return {
        "records": records.astype(np.float32),
        "samples": np.stack([to_bytes(s) for s in history.samples]),
        "sample_steps": np.array(history.sample_steps),
        "final": final,
    }


def main() -> None:
    """Make the runs that do not exist yet."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="data", help="folder of MNIST in torchvision's layout")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--models", nargs="+", default=["vanilla", "lsgan"], choices=MODELS)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    data = load_mnist(options.data, source="cache")
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        for way in options.ways:
            for model in options.models:
                path = options.out / f"{way}-{model}-{seed}.npz"
                if not path.exists():
                    found = run(WAYS[way], model, seed, data)
                    np.savez_compressed(path, **found)
                    print(path, found["records"][-100:].mean(axis=0), flush=True)


if __name__ == "__main__":
    main()
