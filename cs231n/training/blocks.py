"""The training loop of First-GAN, whose losses receive the networks instead of scores."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn, optim

from .fast_cpu import check_precision, fuse, rounding
from .guards import NanGuard, check_loss, frozen
from .history import History, Step
from .schedule import Schedule, run_length

Loss = Callable[..., Tensor]
NUM_SAMPLES = 25  # images of a record


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
    """Train a GAN whose losses receive the networks, one step for each record requested.

    A short last batch is skipped. While one network learns, the weights of the other receive no
    gradient: the classic loop computes it and discards it.

    Args:
        gen: (N, z_dim) -> images (N, 784) in [0, 1].
        disc: (N, 784) -> scores (N, 1).
        get_disc_loss: (gen, disc, criterion, real, num_images, z_dim, device) -> () loss.
        get_gen_loss: (gen, disc, criterion, num_images, z_dim, device) -> () loss.
        loader_train: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        gen_optimizer, disc_optimizer: one for the parameters of each network.
        criterion: (scores, labels) -> () loss, passed to both losses.
        z_dim: length of a noise vector.
        batch_size: N.
        num_epochs: passes over the data.
        show_every: steps from one record with 25 fakes to the next, the first at step 1; the last
            step also has them.
        max_steps: stop after this many steps; None for GANS_SHORT if that is set, else no limit.
        precision: "float32", or "bfloat16" to multiply matrices in bfloat16 if the hardware can.
    Yields:
        One `Step` per step; its d_real and d_fake are NaN, since the losses keep the scores.
    Raises:
        TrainingError: a loss is NaN, infinite or not a loss; no batch has `batch_size` images.
        ValueError: the precision is unknown or this hardware does not support it.
    """
    weights = next(gen.parameters())
    unknown = torch.full((), float("nan"), device=weights.device)
    check_precision(precision, weights.device)
    for optimizer in (gen_optimizer, disc_optimizer):
        fuse(optimizer)
    reduced = rounding(weights.device.type, precision)
    max_steps, num_epochs = run_length(disc, max_steps, num_epochs)
    schedule = Schedule(loader_train, batch_size, num_epochs, max_steps, show_every)
    guard, sizes = NanGuard(), (batch_size, z_dim, weights.device)
    fakes = _LastOutput(gen)
    try:
        for images in schedule:
            real = images.flatten(1).to(weights)  # (N, 1, 28, 28) -> (N, 784)
            # 1. Update the discriminator.
            disc_optimizer.zero_grad()
            with frozen(gen):
                with reduced:
                    d_loss = get_disc_loss(gen, disc, criterion, real, *sizes)
                check_loss(d_loss, "get_disc_loss").backward()
            disc_optimizer.step()

            # 2. Update the generator.
            gen_optimizer.zero_grad()
            with frozen(disc):
                with reduced:
                    g_loss = get_gen_loss(gen, disc, criterion, *sizes)
                check_loss(g_loss, "get_gen_loss").backward()
            gen_optimizer.step()

            record = Step(
                step=schedule.step,
                epoch=schedule.epoch,
                total=schedule.total,
                d_loss=d_loss.detach().float().reshape(()),
                g_loss=g_loss.detach().float().reshape(()),
                d_real=unknown,
                d_fake=unknown,
                samples=fakes.last[:NUM_SAMPLES].float().clone() if schedule.samples_due else None,
            )
            guard.add(record.step, record.d_loss, record.g_loss)
            yield record
        guard.check()
    finally:
        fakes.stop()


class _LastOutput:
    """Keeps the last output of a network: the losses make the fakes, so the loop makes no more."""

    def __init__(self, model: nn.Module):
        self.last = torch.zeros(0)
        self.stop = model.register_forward_hook(self._keep).remove

    def _keep(self, model, inputs, output) -> None:
        self.last = output.detach()


def running_means(history: History, display_step: int = 500) -> str:
    """Return both losses, averaged over every `display_step` steps, as a small table.

    Args:
        history: what `watch` returned; the steps that remain at the end form the last line.
        display_step: steps per line.
    """
    lines = ["     steps           d_loss    g_loss"]
    for start in range(0, len(history.d_loss), display_step):
        part = slice(start, start + display_step)
        end = start + len(history.d_loss[part])
        d_loss, g_loss = history.d_loss[part].mean(), history.g_loss[part].mean()
        lines.append(f"{start + 1:>7,} to {end:<7,} {d_loss:8.4f}  {g_loss:8.4f}")
    return "\n".join(lines)


def snapshot(model: nn.Module) -> list[Tensor]:
    """Return a copy of all parameters, to compare with later."""
    return [p.detach().clone() for p in model.parameters()]


def change(before: list[Tensor], model: nn.Module) -> float:
    """Return the distance of the parameters from a snapshot, relative to its size.

    Returns:
        The norm of the difference divided by the norm of the snapshot; 0.0 if nothing changed.
    """
    pairs = zip(model.parameters(), before, strict=True)
    moved = sum(float((p.detach() - b).square().sum()) for p, b in pairs)
    return (moved / sum(float(b.square().sum()) for b in before)) ** 0.5
