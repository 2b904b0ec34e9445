"""Full trainings of the three models over several seeds, kept as arrays for later measurement.

    python -m benchmarks.quality train OUT --data FOLDER --models vanilla lsgan --seeds 0 1 2
    python -m benchmarks.quality train OUT --models dcgan --seeds 0 --bf16

OUT/MODEL-SEED.npz holds the losses and mean scores of every step and 1,000 samples of every 500th
step (5,000 of the last), as uint8. A run that is there already is not repeated.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from autograder.assignment import load_assignment
from autograder.references import load_solution
from cs231n.data import MemoryLoader
from cs231n.layers import initialize_weights
from cs231n.mnist import load_mnist
from cs231n.training import train_gan

EPOCHS = {"vanilla": 10, "lsgan": 10, "dcgan": 5}
NOISE, BATCH = 96, 128
EVERY, SOME, MANY = 500, 1_000, 5_000


def build(model: str):
    """(D, G, D_optimizer, G_optimizer, discriminator_loss, generator_loss) of the solution."""
    s = load_solution(load_assignment())
    if model == "dcgan":
        D, G = s.build_dc_classifier(BATCH), s.build_dc_generator(NOISE)
        D.apply(initialize_weights)
        G.apply(initialize_weights)
    else:
        D, G = s.discriminator(), s.generator(NOISE)
    ls = model == "lsgan"
    losses = (
        s.ls_discriminator_loss if ls else s.discriminator_loss,
        s.ls_generator_loss if ls else s.generator_loss,
    )
    return D, G, s.get_optimizer(D), s.get_optimizer(G), *losses


def draw(G, count: int, seed: int) -> np.ndarray:
    """`count` samples of a generator in train mode, as uint8 (count, 784)."""
    source = torch.Generator().manual_seed(seed)
    noise = torch.empty(count, NOISE).uniform_(-1, 1, generator=source)
    states = {k: v.clone() for k, v in G.state_dict().items()}
    with torch.no_grad():
        images = torch.cat([G(z).reshape(len(z), -1) for z in noise.split(250)])
    G.load_state_dict(states)  # drawing moved the running statistics of BatchNorm
    return ((images + 1) * 127.5).round().clamp(0, 255).byte().numpy()


def train(model: str, seed: int, data, **options) -> dict[str, np.ndarray]:
    """One full training: its records and samples."""
    torch.manual_seed(seed)
    parts = build(model)
    loader = MemoryLoader(data.train_images, data.train_labels, BATCH)
    rows, samples = [], {}
    for record in train_gan(*parts, loader, num_epochs=EPOCHS[model], **options):
        rows.append(torch.stack((record.d_loss, record.g_loss, record.d_real, record.d_fake)))
        if record.step % EVERY == 0:
            samples[f"step{record.step}"] = draw(parts[1], SOME, record.step)
    samples["final"] = draw(parts[1], MANY, seed)
    return {"records": torch.stack(rows).numpy(), **samples}


def main() -> None:
    """Train what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["train"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="data", help="folder of MNIST in torchvision's layout")
    parser.add_argument("--models", nargs="+", default=list(EPOCHS), choices=list(EPOCHS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = load_mnist(options.data, source="cache")
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        for model in options.models:
            path = options.out / f"{model}-{seed}.npz"
            if not path.exists():
                found = train(model, seed, data)
                np.savez_compressed(path, **found)
                print(path, found["records"][-100:].mean(axis=0), flush=True)


if __name__ == "__main__":
    main()
