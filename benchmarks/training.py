"""Steps per second of our training loop against the classic one, interleaved in one run.

    python -m benchmarks.training [--quick] [--json FILE] [--threads 2] [--device cuda]
    python -m benchmarks.training --threads 1 --clock cpu      # on a shared machine

The classic loop is the one that students know: a DataLoader that decodes image by image with
ToTensor, a plain optim.Adam, a graph for the fakes of D's step, and gradients of D's weights in G's
step. Both loops train the networks of the reference solution on the same digits.

The share is the rate of floating-point operations divided by that of the fastest matrix product of
the model's own sizes, measured in the same rounds and the same precision.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.machine import machine
from benchmarks.quality import BATCH, NOISE, build
from cs231n.data import ChunkSampler, MemoryLoader, Mnist, load_mnist
from cs231n.training import train_gan
from cs231n.training.fast_cpu import has_bfloat16

STEPS = {"vanilla": 40, "lsgan": 40, "dcgan": 6}  # in one timing
PRECISIONS = {"fp32": "float32", "bf16": "bfloat16"}
# Matrix products (M, K, N) of the models: the largest layers, forward and for their weights.
SIZES = [(BATCH, 1024, 1024), (BATCH, 1024, 784), (1024, BATCH, 1024), (BATCH, 1024, 6272)]


class ImageByImage(Dataset):
    """MNIST as torchvision returns it: a PIL image, converted to a tensor on access."""

    def __init__(self, data: Mnist):
        self.images, self.labels = data.train_images[:, 0], data.train_labels
        self.transform = torchvision.transforms.ToTensor()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int):
        image = Image.fromarray(self.images[index].numpy())
        return self.transform(image), int(self.labels[index])


def classic(model: str, data: Mnist, device: str) -> Iterator[None]:
    """Run the classic loop forever; yield after each step."""
    D, G, _, _, d_loss_of, g_loss_of = build(model)
    D, G = D.to(device), G.to(device)
    D_solver, G_solver = (
        torch.optim.Adam(m.parameters(), lr=1e-3, betas=(0.5, 0.999)) for m in (D, G)
    )
    images = ImageByImage(data)
    loader = DataLoader(images, BATCH, sampler=ChunkSampler(len(images)))
    step = 0
    while True:
        for x, _ in loader:
            if len(x) != BATCH:
                continue
            D_solver.zero_grad()
            real_data = x.to(device)
            logits_real = D(2 * (real_data - 0.5))
            fakes = G((2 * torch.rand(BATCH, NOISE) - 1).to(device)).detach()
            logits_fake = D(fakes.view(BATCH, 1, 28, 28))
            d_total_error = d_loss_of(logits_real, logits_fake)
            d_total_error.backward()
            D_solver.step()

            G_solver.zero_grad()
            fakes = G((2 * torch.rand(BATCH, NOISE) - 1).to(device))
            g_error = g_loss_of(D(fakes.view(BATCH, 1, 28, 28)))
            g_error.backward()
            G_solver.step()
            if step % 250 == 0:
                d_total_error.item(), g_error.item()
            step += 1
            yield


def ours(model: str, data: Mnist, device: str, precision: str) -> Iterator:
    """Run our loop for longer than any benchmark; yield after each step."""
    D, G, D_optimizer, G_optimizer, *losses = build(model)
    D.to(device), G.to(device)
    loader = MemoryLoader(data.train_images, data.train_labels, BATCH, device=device)
    steps = {"num_epochs": 10**6, "max_steps": 10**9}
    return train_gan(
        D, G, D_optimizer, G_optimizer, *losses, loader, precision=precision, **steps
    )  # fmt: skip


def steps_per_second(loop: Iterator, steps: int, device: str, clock: Callable) -> float:
    """Return the rate of the next `steps` steps."""
    start = clock()
    for _ in range(steps):
        next(loop)
    synchronize(device)
    return steps / (clock() - start)


def synchronize(device: str) -> None:
    """Wait until a GPU has finished."""
    if device != "cpu":
        torch.accelerator.synchronize()


def matrix_limit(device: str, precision: str, clock: Callable) -> float:
    """Return the operations per second of the fastest matrix product of the model's sizes."""
    best = 0.0
    for m, k, n in SIZES:
        a = torch.randn(m, k, device=device).to(getattr(torch, precision))
        b = torch.randn(k, n, device=device).to(a.dtype)
        for _ in range(8):
            start = clock()
            for _ in range(4):
                a @ b
            synchronize(device)
            best = max(best, 4 * 2 * m * k * n / (clock() - start))
    return best


def operations(model: str, data: Mnist, device: str) -> int:
    """Return the floating-point operations of the products and convolutions of one of our steps."""
    loop = ours(model, data, device, "float32")
    next(loop)  # the trials of the first step are not counted
    with FlopCounterMode(display=False) as counter:
        next(loop)
    return counter.get_total_flops()


def measure(model: str, data: Mnist, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return rates, round by round, of the classic loop, of our loop and of matrix products."""
    clock = time.process_time if options.clock == "cpu" else time.perf_counter
    device, steps = options.device, STEPS[model]
    kinds = {k: v for k, v in PRECISIONS.items() if k != "bf16" or options.bf16}
    loops = {"classic": classic(model, data, device)}
    loops |= {kind: ours(model, data, device, precision) for kind, precision in kinds.items()}
    for loop in loops.values():
        steps_per_second(loop, 4, device, clock)  # warm
    rates = {name: [] for name in [*loops, *(f"limit {kind}" for kind in kinds)]}
    for _ in range(options.rounds):
        for name, loop in loops.items():
            rates[name].append(steps_per_second(loop, steps, device, clock))
        for kind, precision in kinds.items():
            rates[f"limit {kind}"].append(matrix_limit(device, precision, clock))
    return rates


def summary(model: str, data: Mnist, options: argparse.Namespace) -> dict:
    """Return medians over the rounds: steps per second, ratios to the classic loop, shares."""
    found, flops = measure(model, data, options), operations(model, data, options.device)
    kinds = [kind for kind in PRECISIONS if kind in found]
    ratio = {k: [a / b for a, b in zip(found[k], found["classic"], strict=True)] for k in kinds}
    share = {k: [flops * r / max(found[f"limit {k}"]) for r in found[k]] for k in kinds}
    middle = statistics.median
    return {
        "classic": middle(found["classic"]),
        "rate": {k: middle(found[k]) for k in kinds},
        "ratio": {k: middle(ratio[k]) for k in kinds},
        "spread": {k: (min(ratio[k]), max(ratio[k])) for k in kinds},
        "share": {k: middle(share[k]) for k in kinds},
    }


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a third of the steps")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the figures to FILE")
    parser.add_argument(
        "--data", metavar="FOLDER", help="folder with all of MNIST; by default, the sample"
    )
    parser.add_argument("--models", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 5
        STEPS.update({model: max(2, steps // 3) for model, steps in STEPS.items()})
    torch.set_num_threads(options.threads)
    options.bf16 = has_bfloat16(torch.device(options.device))
    data = load_mnist(options.data or "data", source="cache" if options.data else "sample")
    where = "" if options.device == "cpu" else f"{torch.cuda.get_device_name()}; "
    print(f"{where}{machine()}, {options.threads} threads, {options.clock} clock, "
          f"PyTorch {torch.__version__}")  # fmt: skip
    print(
        f"{'':10}{'classic':>9}{'':6}{'ours':>9}{'ratio':>8}  {'from, to':14}{'of the limit':>12}"
    )
    figures, shares = {}, {}
    for model in options.models:
        row = summary(model, data, options)
        for kind, ratio in row["ratio"].items():
            low, high = row["spread"][kind]
            print(f"{model:10}{row['classic']:9.2f}  {kind:4}{row['rate'][kind]:9.2f}{ratio:7.2f}x"
                  f"  {low:.2f}, {high:<8.2f}{row['share'][kind]:12.0%}", flush=True)  # fmt: skip
        figures[model] = row["ratio"]
        shares[model] = row["share"]["fp32"]
    if options.json:
        options.json.write_text(json.dumps({**figures, "gemm_share": shares}, indent=1) + "\n")


if __name__ == "__main__":
    main()
