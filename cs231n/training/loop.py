"""The training loop of every GAN: `train_gan` step by step, `run_a_gan` in its classic form."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from torch import Tensor, nn, optim
from torch.nn.parameter import is_lazy

from cs231n.runtime import in_kernel, step_limit

from .cuda_graph import GraphedStep
from .gan_step import GanStep
from .live_figure import watch
from .speed import check_precision, fuse
from .steps import Clock, NanGuard, Step, TrainingError, full_batches

__all__ = ["Step", "TrainingError", "count_params", "rel_error", "run_a_gan", "train_gan"]

Loss = Callable[..., Tensor]
NUM_SAMPLES = 16
CHECK_EVERY = 100  # steps between two looks for NaN: each look waits for the device


def train_gan(
    D: nn.Module,
    G: nn.Module,
    D_optimizer: optim.Optimizer,
    G_optimizer: optim.Optimizer,
    discriminator_loss: Loss,
    generator_loss: Loss,
    loader_train: Iterable,
    *,
    show_every: int = 250,
    batch_size: int = 128,
    noise_size: int = 96,
    num_epochs: int = 10,
    max_steps: int | None = None,
    sample_noise: Callable[[int, int], Tensor] | None = None,
    generator: torch.Generator | None = None,
    precision: str = "float32",
) -> Iterator[Step]:
    """Train a GAN; a generator that does one step each time it is asked for the next record.

    Device and dtype are those of G's parameters. Batches of another size than `batch_size` (a
    short last one) are skipped, so D only ever sees (batch_size, 1, 28, 28).

    Args:
        D: images (N, 1, 28, 28) in [-1, 1] -> scores (N, 1).
        G: noise (N, noise_size) -> images (N, 784) or (N, 1, 28, 28) in [-1, 1].
        discriminator_loss: (scores of real, scores of fake) -> () loss.
        generator_loss: scores of fake -> () loss.
        loader_train: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        show_every: steps from one record with samples to the next, the first at step 1; the last
            step has samples too.
        max_steps: end after so many steps; None for GANS_SHORT if that is set, else no limit.
            GANS_SHORT counts instead of num_epochs, not beside it.
        sample_noise: (batch size, noise_size) -> noise; None for uniform (-1, 1) on the device.
        generator: source of that uniform noise, on the device; None for PyTorch's global one.
        precision: "float32", or "bfloat16" to multiply matrices in that where the hardware can.
    Yields:
        One `Step` per step.
    Raises:
        TrainingError: a loss is NaN or infinite or no loss at all; no batch had `batch_size`.
        ValueError: the precision is unknown or not in this hardware.
    """
    weights = next(G.parameters())
    to = {"device": weights.device, "dtype": weights.dtype}
    max_steps, num_epochs = plan(D, max_steps, num_epochs)
    for optimizer in (D_optimizer, G_optimizer):
        fuse(optimizer)
    check_precision(precision, weights.device)

    def noise() -> Tensor:
        if sample_noise is not None:
            return sample_noise(batch_size, noise_size).to(**to)
        return torch.empty(batch_size, noise_size, **to).uniform_(-1, 1, generator=generator)

    step = GanStep(
        D, G, D_optimizer, G_optimizer, discriminator_loss, generator_loss, precision
    )  # fmt: skip
    if weights.device.type == "cuda":
        step = GraphedStep(step)
    clock = Clock(loader_train, num_epochs, max_steps)
    guard = NanGuard()
    for real in full_batches(loader_train, batch_size, clock):
        found = step(real.to(**to), noise)
        due = (clock.step - 1) % show_every == 0 or clock.step == clock.total
        record = Step(
            step=clock.step,
            epoch=clock.epoch,
            total=clock.total,
            d_loss=found.d_loss,
            g_loss=found.g_loss,
            d_real=found.d_real,
            d_fake=found.d_fake,
            samples=found.fakes[:NUM_SAMPLES].clone() if due else None,
        )
        guard.add(record, look=clock.step % CHECK_EVERY == 0)
        yield record
    guard.look()


def plan(D: nn.Module, max_steps: int | None, num_epochs: int) -> tuple[int | None, int]:
    """How many steps and epochs at most; GANS_SHORT replaces both, unless max_steps is given."""
    convolutional = any(not is_lazy(p) and p.dim() == 4 for p in D.parameters())
    short = step_limit("convolutional" if convolutional else "fully connected")
    if max_steps or short is None:
        return max_steps, num_epochs
    return short, short  # every epoch has a step at least


def run_a_gan(
    D: nn.Module,
    G: nn.Module,
    D_solver: optim.Optimizer,
    G_solver: optim.Optimizer,
    discriminator_loss: Loss,
    generator_loss: Loss,
    loader_train: Iterable,
    show_every: int = 250,
    batch_size: int = 128,
    noise_size: int = 96,
    num_epochs: int = 10,
    *,
    show: bool | None = None,
    precision: str = "float32",
) -> list[np.ndarray]:
    """Train a GAN as `train_gan` does and keep samples: the classic form.

    Args:
        D, G, D_solver, G_solver: the two networks and the optimizer of each.
        show: draw the live figure; None for yes in a notebook and no elsewhere.
        The others as in `train_gan`.
    Returns:
        One array (16, 784) float in [-1, 1] for every `show_every` steps, the first of step 1.
    Raises:
        TrainingError, ValueError: as `train_gan`.
    """
    records = train_gan(
        D, G, D_solver, G_solver, discriminator_loss, generator_loss, loader_train,
        show_every=show_every, batch_size=batch_size, noise_size=noise_size,
        num_epochs=num_epochs, precision=precision,
    )  # fmt: skip
    show = in_kernel() is not None if show is None else show
    history = watch(records, show=show)
    sampled = zip(history.sample_steps, history.samples, strict=True)
    return [samples for step, samples in sampled if (step - 1) % show_every == 0]


def count_params(model: nn.Module) -> int:
    """Number of the model's parameters, all entries counted."""
    return sum(p.numel() for p in model.parameters())


def rel_error(x, y) -> float:
    """Largest relative difference of two arrays, max |x - y| / max(1e-8, |x| + |y|)."""
    x, y = np.asarray(x), np.asarray(y)
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
