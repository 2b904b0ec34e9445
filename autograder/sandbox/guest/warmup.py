"""Import and run once what probes need, so that no submission pays for it.

PyTorch chooses and compiles kernels by the sizes of tensors, and loads parts of itself at their
first use. Therefore the zygote answers probes of every kind before it forks the first child.
"""

import ctypes
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cs231n.engine.schema import Case

HELPERS = ("matplotlib.pyplot", "torchvision", "tqdm", "PIL.Image")  # what old solutions import
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
KEPT_BLOCK, KEPT = 1 << 25, 1 << 29  # bytes; glibc allows no larger block
SMALL, WIDE, FULL = (6, 7, 8, 9), (16, 17, 18, 19), 128  # batch sizes, as in public cases


def warm(helpers: list[str]) -> None:
    """Answer probes of every kind, with the sizes of the tasks.

    Args:
        helpers: modules that a student's file may import; those not installed are skipped.

    Raises:
        RuntimeError: a probe failed, so torch or the probes do not work.
    """
    keep_freed_memory()
    import torch

    torch.set_num_threads(1)
    import cs231n.engine.loading.import_shims
    import cs231n.layers  # imported by students' files
    import cs231n.training.loop  # noqa: F401
    from cs231n.engine.loading.load_source import load_file
    from cs231n.engine.probes import observe

    for name in helpers:
        with suppress(Exception):
            __import__(name)
    load_file(b"import torch\n", "cs231n", "warm_up", "warm_up.py")
    del sys.modules["cs231n.warm_up"], sys.modules["cs231n"].warm_up
    functions = stand_in_functions()
    for case in warmup_cases():
        if error := observe(functions, case).facts.error:
            raise RuntimeError(f"warm-up {case}: {error}")


def keep_freed_memory() -> None:
    """Let the C library keep freed memory: getting 25 MB again costs as much as filling them."""
    with suppress(OSError, AttributeError):  # glibc only
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, KEPT_BLOCK)
        library.mallopt(M_TRIM_THRESHOLD, KEPT)


def stand_in_functions() -> SimpleNamespace:
    """Return replacements for a student's functions, with the layers that the tasks name.

    A student's file can import them, so none of them solves a task.
    """
    import torch
    from torch import nn, optim

    def draw(batch: int, dim: int, seed: int | None = None) -> Any:
        if seed is not None:
            torch.manual_seed(seed)
        return 3 * torch.rand(batch, dim)

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
        square=lambda scores: 0.3 * ((scores - 2) ** 2).mean(),
        optimizer=lambda model: optim.Adam(model.parameters(), lr=0.1),
        noise=draw,
        blame=lambda gen, disc, criterion, count, dim, device: _blame(
            criterion, disc(gen(torch.rand(count, dim, device=device)))
        ),
    )  # fmt: skip


def _blame(criterion: Any, scores: Any) -> Any:
    return criterion(scores, scores.new_full(scores.shape, 0.3))


def warmup_cases() -> "list[Case]":
    """Return at least one case of each kind; networks with the usual batch sizes."""
    from cs231n.engine.schema import (
        AdversarialCase,
        LossCase,
        NetworkCase,
        NoiseCase,
        OptimizerCase,
        Stream,
        Values,
    )

    image, code = (1, 28, 28), (9,)
    cases: list[Case] = []
    for name, batches, shape in (
        ("dense", SMALL, image),
        ("drawing", SMALL, code),
        ("convolving", SMALL, image),
        ("deconvolving", WIDE, code),
    ):
        given = Stream(seed=0, key=0, shape=shape, mean=0.0, std=1.0)
        network = partial(NetworkCase, function=name, input=given)
        cases += [network(batches=(batch,), observe_once=True) for batch in batches]
        cases.append(network(batches=(FULL,), backward=False))
    single, double = (Values(((1.0,), (2.0,)), dtype) for dtype in ("float32", "float64"))
    for name in ("loss", "square"):
        cases += [LossCase(function=name, inputs=(given,)) for given in (single, double)]
        cases.append(LossCase(function=name, inputs=(single,), device="meta"))
    cases.append(OptimizerCase(function="optimizer", sizes=(3, 2), scales=(1.0,)))
    cases.append(NoiseCase(function="noise", large=(3, 4), small=(2, 3), draws=2, seeds=(1, 2)))
    pair = AdversarialCase(
        function="blame", criterion="cross_entropy", count=6, z_dim=5, im_dim=12, trains="gen",
        arguments=("gen", "disc", "criterion", "num_images", "z_dim", "device"),
    )  # fmt: skip
    return [*cases, pair, replace(pair, dtype="float64"), replace(pair, device="meta")]
