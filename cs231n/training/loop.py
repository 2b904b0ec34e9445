"""The training loop of a GAN, on one page.

Read `train_gan` from "the loop" to "end of the loop": the notebook prints these lines. Each step
updates D and then G. What makes the loop robust and fast is in the files beside this one:
`schedule.py` counts steps and skips short batches, `guards.py` explains losses that cannot be used,
`fast_cpu.py` computes the same numbers in less time, and `live_figure.py` draws.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from torch import Tensor, nn, optim

from cs231n.data import preprocess_img
from cs231n.runtime import in_kernel

from .fast_cpu import Forward, check_precision, fuse
from .guards import NanGuard, TrainingError, as_images, checked, frozen, unchanged
from .history import Step
from .live_figure import watch
from .schedule import Schedule, run_length

__all__ = ["Step", "TrainingError", "count_params", "rel_error", "run_a_gan", "train_gan"]

Loss = Callable[..., Tensor]
NUM_SAMPLES = 16  # images of a record


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
    """Train a GAN: take one step each time the caller asks for the next record.

    The training uses the device and dtype of G's parameters. It skips batches of another size than
    `batch_size` (a short last one), so D only ever sees (batch_size, 1, 28, 28). All samples come
    from the noise of the first batch of fakes, so that the same images change from step to step.

    Args:
        D: images (N, 1, 28, 28) in [-1, 1] -> scores (N, 1).
        G: noise (N, noise_size) -> images (N, 784) or (N, 1, 28, 28) in [-1, 1].
        D_optimizer: for the parameters of D.
        G_optimizer: for the parameters of G.
        discriminator_loss: (scores of real, scores of fake) -> () loss.
        generator_loss: scores of fake -> () loss.
        loader_train: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        show_every: steps from one record with samples to the next, the first at step 1; the last
            step also has samples.
        batch_size: N.
        noise_size: length of a noise vector.
        num_epochs: passes over the data.
        max_steps: stop after this many steps; None for GANS_SHORT if that is set, else no limit.
            GANS_SHORT replaces num_epochs.
        sample_noise: (batch size, noise_size) -> noise; None for uniform (-1, 1) on the device.
        generator: source of that uniform noise, on the device; None for PyTorch's global one.
        precision: "float32", or "bfloat16" to multiply matrices in bfloat16 if the hardware can.
    Yields:
        One `Step` per step.
    Raises:
        TrainingError: a loss is NaN, infinite or not a loss; no batch has `batch_size` images.
        ValueError: the precision is unknown or this hardware does not support it.
    """
    weights = next(G.parameters())
    check_precision(precision, weights.device)
    to_G = {"device": weights.device, "dtype": weights.dtype}
    generate, score = Forward(G, precision), Forward(D, precision)  # G and D, computed fast
    for optimizer in (D_optimizer, G_optimizer):
        fuse(optimizer)

    first_noise: list[Tensor] = []

    def noise() -> Tensor:
        if sample_noise is not None:
            z = sample_noise(batch_size, noise_size).to(**to_G)
        else:
            z = torch.empty(batch_size, noise_size, **to_G).uniform_(-1, 1, generator=generator)
        first_noise[:] = first_noise or [z]
        return z

    def draw_samples() -> Tensor:
        with torch.no_grad(), unchanged(G):
            return generate(*first_noise)[:NUM_SAMPLES].flatten(1).clone()

    discriminator_loss = checked(discriminator_loss, "discriminator_loss")
    generator_loss = checked(generator_loss, "generator_loss")
    length = run_length(D, max_steps, num_epochs)
    schedule = Schedule(loader_train, batch_size, length, show_every)
    guard = NanGuard()
    # --- the loop ---
    for real in schedule:  # a batch of real images, (N, 1, 28, 28)
        real = preprocess_img(real.to(**to_G))  # from [0, 1] to [-1, 1], the range of G's images
        # Update D: raise its scores of real images and lower its scores of fakes.
        D_optimizer.zero_grad()  # D forgets its last gradient
        fakes = as_images(generate(noise())).detach()  # G draws; no gradient will reach it
        logits_real = score(real)  # D judges real images, (N, 1)
        logits_fake = score(fakes)  # D judges fakes, (N, 1)
        d_loss = discriminator_loss(logits_real, logits_fake)
        d_loss.backward()  # D's gradient
        D_optimizer.step()  # D changes, G does not
        # Update G: raise the scores that the new D gives to new fakes.
        G_optimizer.zero_grad()  # G forgets its last gradient
        fakes = as_images(generate(noise()))  # new noise; this time not detached
        with frozen(D):  # the gradient passes through D, and D's weights receive none
            g_loss = generator_loss(score(fakes))
            g_loss.backward()  # G's gradient
        G_optimizer.step()  # G changes, D does not
        # --- end of the loop ---
        record = Step(
            step=schedule.step,
            epoch=schedule.epoch,
            total=schedule.total,
            d_loss=d_loss.detach().reshape(()),
            g_loss=g_loss.detach().reshape(()),
            d_real=logits_real.detach().mean(),
            d_fake=logits_fake.detach().mean(),
            samples=draw_samples() if schedule.samples_due else None,
            note=length.note,
        )
        guard.add(record.step, record.d_loss, record.g_loss)
        yield record
    guard.check()


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
    """Train a GAN and return samples: the classic form of `train_gan`, with its arguments.

    Args:
        D: as in `train_gan`, like most arguments here.
        G: as in `train_gan`.
        D_solver: optimizer for the parameters of D.
        G_solver: optimizer for the parameters of G.
        discriminator_loss: as in `train_gan`.
        generator_loss: as in `train_gan`.
        loader_train: as in `train_gan`.
        show_every: steps from one returned array to the next.
        batch_size: as in `train_gan`.
        noise_size: as in `train_gan`.
        num_epochs: as in `train_gan`.
        precision: as in `train_gan`.
        show: draw the live figure; None for yes in a notebook and no elsewhere.
    Returns:
        One array (16, 784) float in [-1, 1] for every `show_every` steps, starting with step 1.
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
    """Return the number of the model's parameters, counting every entry."""
    return sum(p.numel() for p in model.parameters())


def rel_error(x, y) -> float:
    """Return the largest relative difference of two arrays, max |x - y| / max(1e-8, |x| + |y|)."""
    x, y = np.asarray(x), np.asarray(y)
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
