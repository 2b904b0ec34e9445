"""Import and run once what probes need, so that no submission pays for it.

PyTorch chooses and compiles kernels by the sizes of tensors, and loads parts of itself at their
first use. Therefore the zygote answers probes of every kind before it forks the first child.
"""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

HELPERS = ("matplotlib.pyplot", "torchvision", "tqdm", "PIL.Image")  # what old solutions import
SMALL, WIDE, FULL = (6, 7, 8, 9), (16, 17, 18, 19), 128  # the batch sizes of the probes


def warm(helpers: list[str]) -> None:
    """Answer probes of every kind, with the sizes of the tasks.

    Args:
        helpers: modules that a student's file may import; those not installed are skipped.

    Raises:
        RuntimeError: a probe failed, so torch or the probes do not work.
    """
    import torch

    torch.set_num_threads(1)
    import cs231n.engine.probes.load_source
    import cs231n.layers  # imported by students' files
    import cs231n.training.loop  # noqa: F401
    from cs231n.engine.probes import observe

    for name in helpers:
        with suppress(Exception):
            __import__(name)
    functions = stand_in_functions()
    for probe in warmup_probes():
        facts, _ = observe(functions, {**probe, "seed": 0})
        if "error" in facts:
            raise RuntimeError(f"warm-up {probe}: {facts['error']}")


def stand_in_functions() -> SimpleNamespace:
    """Return replacements for a student's functions, with the layers that the tasks name."""
    import torch
    from torch import nn, optim

    def draw(batch: int, dim: int, seed: int | None = None) -> Any:
        if seed is not None:
            torch.manual_seed(seed)
        return 2 * torch.rand(batch, dim) - 1

    return SimpleNamespace(
        dense=lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
        ),
        drawing=lambda: nn.Sequential(
            nn.Linear(9, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
        ),
        convolving=lambda: nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2, 2),
            nn.Conv2d(32, 64, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2, 2),
            nn.Flatten(), nn.Linear(1024, 1),
        ),
        deconvolving=lambda: nn.Sequential(
            nn.Linear(9, 6272), nn.ReLU(), nn.BatchNorm1d(6272), nn.Unflatten(1, (128, 7, 7)),
            nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
            nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), nn.Flatten(),
        ),
        loss=lambda scores: (scores.clamp(min=0) + (1 + (-scores.abs()).exp()).log()).mean(),
        square=lambda scores: 0.5 * ((scores - 1) ** 2).mean(),
        optimizer=lambda model: optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999)),
        noise=draw,
        blame=lambda gen, disc, criterion, count, dim, device: _blame(
            criterion, disc(gen(torch.randn(count, dim, device=device)))
        ),
    )  # fmt: skip


def _blame(criterion: Any, scores: Any) -> Any:
    return criterion(scores, scores.new_ones(scores.shape))


def warmup_probes() -> list[dict[str, Any]]:
    """Return at least one probe of each kind; networks with every batch size."""
    image, code = [1, 28, 28], [9]
    probes: list[dict[str, Any]] = []
    probe: dict[str, Any]
    for name, batches, shape in (
        ("dense", SMALL, image),
        ("drawing", SMALL, code),
        ("convolving", SMALL, image),
        ("deconvolving", WIDE, code),
    ):
        given = {"seed": 0, "key": 0, "shape": shape, "mean": 0.0, "std": 1.0}
        probe = {"kind": "network", "function": name, "args": [], "groups": [], "input": given}
        probes += [{**probe, "batches": [batch], "aside": True} for batch in batches]
        probes.append({**probe, "batches": [FULL], "backward": False})
    numbers = [{"values": [[1.0], [2.0]], "dtype": dtype} for dtype in ("float32", "float64")]
    for name in ("loss", "square"):
        probe = {"kind": "loss", "function": name}
        probes += [{**probe, "inputs": [given], "device": "cpu"} for given in numbers]
        probes.append({**probe, "inputs": numbers[:1], "device": "meta"})
    probes.append({"kind": "optimizer", "function": "optimizer", "sizes": [3, 2], "scales": [1.0]})
    noise = {"large": [3, 4], "small": [2, 3], "draws": 2, "seeds": [1, 2]}
    probes.append({"kind": "noise", "function": "noise", **noise})
    pair: dict[str, Any] = {
        "kind": "adversarial",
        "function": "blame",
        "criterion": "cross_entropy",
        "draws": 0,
    }
    pair |= {"count": 6, "extra": 0, "z_dim": 5, "im_dim": 12, "learns": "gen", "law": "normal"}
    pair["takes"] = ["gen", "disc", "criterion", "num_images", "z_dim", "device"]
    return [*probes, pair, {**pair, "dtype": "float64"}, {**pair, "device": "meta"}]
