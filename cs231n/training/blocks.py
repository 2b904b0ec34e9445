"""The training loop of the GAN by blocks: its losses take the networks, the others take scores."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn, optim

from .loop import plan
from .speed import check_precision, fuse, rounding
from .steps import Clock, NanGuard, Step, frozen, full_batches, one_number

GRID = 25  # images of a record
CHECK_EVERY = 100  # steps between two looks for NaN: each look waits for the device

Loss = Callable[..., Tensor]


def train_blocks(
    gen: nn.Module,
    disc: nn.Module,
    gen_optimizer: optim.Optimizer,
    disc_optimizer: optim.Optimizer,
    get_disc_loss: Loss,
    get_gen_loss: Loss,
    loader_train: Iterable,
    criterion: Callable[[Tensor, Tensor], Tensor],
    *,
    z_dim: int = 64,
    batch_size: int = 128,
    num_epochs: int = 10,
    show_every: int = 500,
    max_steps: int | None = None,
    precision: str = "float32",
) -> Iterator[Step]:
    """Train a GAN whose losses take the networks; one step each time the next record is asked for.

    A short last batch is skipped. While one network learns, the other's weights take no gradient:
    the classic loop computes it and throws it away.

    Args:
        gen: (N, z_dim) -> images (N, 784) in [0, 1].
        disc: (N, 784) -> scores (N, 1).
        get_disc_loss: (gen, disc, criterion, real, num_images, z_dim, device) -> () loss.
        get_gen_loss: (gen, disc, criterion, num_images, z_dim, device) -> () loss.
        loader_train: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        criterion: (scores, labels) -> () loss, handed to both.
        show_every: steps from one record with 25 fakes to the next, the first at step 1; the last
            step has them too.
        max_steps: end after so many steps; None for GANS_SHORT if that is set, else no limit.
        precision: "float32", or "bfloat16" to multiply matrices in that where the hardware can.
    Yields:
        One `Step` per step; its d_real and d_fake are nan, for the losses keep the scores.
    Raises:
        TrainingError: a loss is NaN or infinite or no loss at all; no batch had `batch_size`.
        ValueError: the precision is unknown or not in this hardware.
    """
    weights = next(gen.parameters())
    unknown = torch.full((), float("nan"), device=weights.device)
    max_steps, num_epochs = plan(disc, max_steps, num_epochs)
    for optimizer in (gen_optimizer, disc_optimizer):
        fuse(optimizer)
    check_precision(precision, weights.device)
    half = rounding(weights.device.type, precision)
    clock = Clock(loader_train, num_epochs, max_steps)
    guard, sizes = NanGuard(), (batch_size, z_dim, weights.device)
    fakes = _LastOutput(gen)
    try:
        for images in full_batches(loader_train, batch_size, clock):
            real = images.flatten(1).to(weights)  # (N, 1, 28, 28) -> (N, 784)
            disc_optimizer.zero_grad()
            with frozen(gen):
                with half:
                    d_loss = get_disc_loss(gen, disc, criterion, real, *sizes)
                one_number(d_loss, "get_disc_loss").backward()
            disc_optimizer.step()

            gen_optimizer.zero_grad()
            with frozen(disc):
                with half:
                    g_loss = get_gen_loss(gen, disc, criterion, *sizes)
                one_number(g_loss, "get_gen_loss").backward()
            gen_optimizer.step()

            due = (clock.step - 1) % show_every == 0 or clock.step == clock.total
            record = Step(
                step=clock.step,
                epoch=clock.epoch,
                total=clock.total,
                d_loss=d_loss.detach().float().reshape(()),
                g_loss=g_loss.detach().float().reshape(()),
                d_real=unknown,
                d_fake=unknown,
                samples=fakes.last[:GRID].float().clone() if due else None,
            )
            guard.add(record, look=clock.step % CHECK_EVERY == 0)
            yield record
        guard.look()
    finally:
        fakes.stop()


class _LastOutput:
    """Remembers what a network gave last: the losses make the fakes, and nobody need make more."""

    def __init__(self, model: nn.Module):
        self.last = torch.zeros(0)
        self.stop = model.register_forward_hook(self._note).remove

    def _note(self, model, given, out) -> None:
        self.last = out.detach()


def running_means(history, display_step: int = 500) -> str:
    """Both losses of a training, averaged over every `display_step` steps, as a small table.

    Args:
        history: what `watch` returned; fewer steps at the end make a last line of their own.
    """
    lines = ["     steps           d_loss    g_loss"]
    for start in range(0, len(history.d_loss), display_step):
        part = slice(start, start + display_step)
        end = start + len(history.d_loss[part])
        d_loss, g_loss = history.d_loss[part].mean(), history.g_loss[part].mean()
        lines.append(f"{start + 1:>7,} to {end:<7,} {d_loss:8.4f}  {g_loss:8.4f}")
    return "\n".join(lines)


def snapshot(model: nn.Module) -> list[Tensor]:
    """A copy of all parameters, to compare with later."""
    return [p.detach().clone() for p in model.parameters()]


def change(before: list[Tensor], model: nn.Module) -> float:
    """How far the parameters are from a snapshot, relative to their size.

    Returns:
        The norm of the difference divided by the norm of the snapshot; 0.0 if nothing moved.
    """
    pairs = zip(model.parameters(), before, strict=True)
    moved = sum(float((p.detach() - b).square().sum()) for p, b in pairs)
    return (moved / sum(float(b.square().sum()) for b in before)) ** 0.5
