"""Measure the steps per second of First-GAN: this project's loop against the well-known one.

    python -m benchmarks.first_gan [--quick] [--json FILE]

Both train the same networks with the same losses, batch 128, noise of length 64, on the sample of
MNIST that ships. The well-known loop is the one that students know: torchvision's data set with
ToTensor behind a shuffling DataLoader, a progress bar, .item() of both losses at each step, plain
Adam, no frozen weights. "Bare" contains only what every loop on these kernels needs: the matrix
products of a step, the fused Adam, and in bfloat16 the casts of weights and gradients; it learns
nothing. All loops take turns in one process; the figures are medians over the rounds.
"""

import argparse
import json
import platform
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn, optim

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.data import MemoryLoader, load_mnist
from cs231n.training import train_blocks
from cs231n.training.fast_cpu import has_bfloat16

Z_DIM, BATCH, RATE = 64, 128, 1e-5
ENDLESS = 1_000  # epochs


def build(first_gan):
    """Build (gen, disc, optimizer of gen, optimizer of disc), the same at each call."""
    torch.manual_seed(0)
    gen, disc = first_gan.Generator(Z_DIM), first_gan.Discriminator()
    return gen, disc, *(optim.Adam(m.parameters(), lr=RATE) for m in (gen, disc))


def ours(first_gan, mnist, precision: str = "float32") -> Iterator[None]:
    """Run steps of `train_blocks`; read its records as `watch` does."""
    torch.manual_seed(0)
    loader = MemoryLoader(mnist.train_images, mnist.train_labels, BATCH, shuffle=True)
    unread = []
    for record in train_blocks(
        *build(first_gan), first_gan.get_disc_loss, first_gan.get_gen_loss, loader,
        nn.BCEWithLogitsLoss(), z_dim=Z_DIM, num_epochs=ENDLESS, precision=precision,
    ):  # fmt: skip
        unread.append((record.d_loss, record.g_loss))
        yield


def well_known(first_gan, folder: Path) -> Iterator[None]:
    """Run steps of the loop that students know."""
    from torch.utils.data import DataLoader
    from torchvision import transforms
    from torchvision.datasets import MNIST
    from tqdm.auto import tqdm

    data = MNIST(folder, download=False, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    gen, disc, gen_opt, disc_opt = build(first_gan)
    criterion, means = nn.BCEWithLogitsLoss(), [0.0, 0.0]
    for _ in range(ENDLESS):
        for real, _ in tqdm(loader, file=sys.stderr, disable=None):
            count = len(real)
            real = real.view(count, -1).to("cpu")
            disc_opt.zero_grad()
            d_loss = first_gan.get_disc_loss(gen, disc, criterion, real, count, Z_DIM, "cpu")
            d_loss.backward(retain_graph=True)
            disc_opt.step()
            gen_opt.zero_grad()
            g_loss = first_gan.get_gen_loss(gen, disc, criterion, count, Z_DIM, "cpu")
            g_loss.backward(retain_graph=True)
            gen_opt.step()
            means[0] += d_loss.item() / 500
            means[1] += g_loss.item() / 500
            yield


def bare(first_gan, precision: str = "float32") -> Iterator[None]:
    """Run the matrix products, casts and Adam of our steps, and nothing between them."""
    dtype = getattr(torch, precision)
    gen, disc, *optimizers = build(first_gan)
    networks = [[p for p in m.parameters() if p.dim() == 2] for m in (gen, disc)]
    for optimizer, weights in zip(optimizers, networks, strict=True):
        optimizer.param_groups[0].update(params=weights, fused=True)
    noise, real = torch.randn(BATCH, Z_DIM).to(dtype), torch.rand(BATCH, 784).to(dtype)
    blame = torch.full((BATCH, 1), 1e-3, dtype=dtype)

    def forward(weights, x):
        """Return the input of each layer and the output of the last."""
        passed = [x]
        for weight in weights:
            passed.append(passed[-1] @ weight.t())
        return passed

    def backward(weights, passed, grad, into: list | None, whole: bool = False):
        """Add the gradients of the weights to `into`; return that of the input if `whole`."""
        for i in reversed(range(len(weights))):
            if into is not None:
                old = into[i]
                new = (grad.t(), passed[i])
                into[i] = torch.mm(*new) if old is None else torch.addmm(old, *new)
            if i or whole:
                grad = grad @ weights[i]
        return grad

    def learn(optimizer, weights, gradients):
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient.to(weight.dtype)
        optimizer.step()

    @torch.no_grad()
    def step():
        g, d = ([w.to(dtype) for w in weights] for weights in networks)
        gradients: list = [None] * len(d)
        for images in (forward(g, noise)[-1], real):
            backward(d, forward(d, images), blame, gradients)
        learn(optimizers[1], networks[1], gradients)
        d, gradients = [w.to(dtype) for w in networks[1]], [None] * len(g)
        passed = forward(g, noise)
        grad = backward(d, forward(d, passed[-1]), blame, None, whole=True)
        backward(g, passed, grad, gradients)
        learn(optimizers[0], networks[0], gradients)

    while True:
        step()
        yield


def write_idx(mnist, root: Path) -> None:
    """Write the sample as MNIST's own files, where torchvision expects them."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    parts = {
        "train": (mnist.train_images, mnist.train_labels),
        "t10k": (mnist.val_images, mnist.val_labels),
    }
    for name, (images, labels) in parts.items():
        for kind, array in (
            ("images-idx3", images[:, 0].numpy()),
            ("labels-idx1", labels.numpy().astype(np.uint8)),
        ):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            (folder / f"{name}-{kind}-ubyte").write_bytes(head + array.tobytes())


def timed(steps: Iterator, count: int, clock: Callable[[], float]) -> float:
    """Return the seconds of `clock` per step."""
    start = clock()
    for _ in islice(steps, count):
        pass
    return (clock() - start) / count


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only a few steps, as a test")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    rounds, count, first = (2, 5, 2) if options.quick else (5, 30, 10)
    first_gan, mnist = load_solution(find_assignment("first-gan")), load_mnist(source="sample")
    with tempfile.TemporaryDirectory() as name:
        write_idx(mnist, Path(name))
        loops = {"well-known": well_known(first_gan, Path(name)), "ours": ours(first_gan, mnist)}
        loops["bare"] = bare(first_gan)
        if has_bfloat16(torch.device("cpu")):
            loops["ours, bfloat16"] = ours(first_gan, mnist, "bfloat16")
            loops["bare, bfloat16"] = bare(first_gan, "bfloat16")
        found: dict[str, list[list[float]]] = {name: [] for name in loops}
        for loop in loops.values():
            timed(loop, first, time.perf_counter)  # warm-up
        for _ in range(rounds):
            for name, loop in loops.items():
                cpu = time.process_time()
                wall = timed(loop, count, time.perf_counter)
                found[name].append([wall, (time.process_time() - cpu) / count])
    report = summary(found)
    print(f"torch {torch.__version__}, {platform.machine()}, {torch.get_num_threads()} threads")
    for name in found:
        row = report[name]
        print(
            f"{name:<15}{row['steps_per_s']:7.1f} steps/s  {row['s_per_500']:6.1f} s per 500 steps"
            f"  {1e3 * row['cpu_s_per_step']:6.1f} ms of CPU time per step"
        )
        print(f"{'':15}ratio of rates {row['ratio']:.2f}, of CPU time {row['cpu_ratio']:.2f}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def summary(found: dict[str, list[list[float]]]) -> dict:
    """Return medians of each loop, and medians of the ratios round by round."""
    report: dict = {}
    for name, rows in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
        pairs = list(zip(found["well-known"], rows, strict=True))
        report[name] = {
            "steps_per_s": 1 / wall,
            "s_per_500": 500 * wall,
            "cpu_s_per_step": cpu,
            "ratio": statistics.median(known[0] / row[0] for known, row in pairs),
            "cpu_ratio": statistics.median(known[1] / row[1] for known, row in pairs),
        }
    return report


if __name__ == "__main__":
    main()
