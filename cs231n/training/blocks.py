"""The training loop of First-GAN, whose losses receive the networks instead of scores."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn, optim

from .fast_cpu import check_precision, fuse, rounding
from .guards import NanGuard, checked, frozen, unchanged
from .history import History, Step
from .schedule import Schedule, run_length

Loss = Callable[..., Tensor]
NUM_SAMPLES = 25  # images of a record
SEED = 231  # of the noise of these images


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
    gradient: the classic loop computes it and discards it. All samples come from the same noise.

    Args:
        gen: (N, z_dim) -> images (N, 784) in [0, 1].
        disc: (N, 784) -> scores (N, 1).
        get_disc_loss: (gen, disc, criterion, real, num_images, z_dim, device) -> () loss.
        get_gen_loss: (gen, disc, criterion, num_images, z_dim, device) -> () loss.
        loader_train: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        gen_optimizer: for the parameters of gen.
        disc_optimizer: for the parameters of disc.
        criterion: (scores, labels) -> () loss, passed to both losses.
        z_dim: length of a noise vector.
        batch_size: N.
        num_epochs: passes over the data.
        show_every: steps from one record with 25 fakes to the next, the first at step 1; the last
            step also has them.
        max_steps: stop after this many steps; None for GANS_SHORT if that is set, else no limit.
        precision: "float32", or "bfloat16" to multiply matrices in bfloat16 if the hardware can.
    Yields:
        One `Step` per step; its d_real and d_fake are NaN if `get_disc_loss` scores real images
        and fakes in one batch.
    Raises:
        TrainingError: a loss is NaN, infinite or not a loss; no batch has `batch_size` images.
        ValueError: the precision is unknown or this hardware does not support it.
    """
    weights = next(gen.parameters())
    check_precision(precision, weights.device)
    for optimizer in (gen_optimizer, disc_optimizer):
        fuse(optimizer)
    reduced = rounding(weights.device.type, precision)
    get_disc_loss = checked(reduced(get_disc_loss), "get_disc_loss")
    get_gen_loss = checked(reduced(get_gen_loss), "get_gen_loss")
    length = run_length(disc, max_steps, num_epochs)
    schedule = Schedule(loader_train, batch_size, length, show_every)
    guard, sizes = NanGuard(), (batch_size, z_dim, weights.device)
    source = torch.Generator().manual_seed(SEED)
    fixed_noise = torch.randn(batch_size, z_dim, generator=source).to(weights)

    def draw_samples() -> Tensor:
        with torch.no_grad(), unchanged(gen), reduced:
            return gen(fixed_noise)[:NUM_SAMPLES].float().clone()

    with MeanScores(disc) as scores:
        # --- the loop ---
        for images in schedule:  # a batch of real images, (N, 1, 28, 28)
            real = images.flatten(1).to(weights)  # (N, 784)
            # Update the discriminator: raise its scores of real images, lower those of fakes.
            disc_optimizer.zero_grad()  # it forgets its last gradient
            with frozen(gen):  # the generator's weights receive no gradient
                d_loss = get_disc_loss(gen, disc, criterion, real, *sizes)
                d_loss.backward()  # the discriminator's gradient
            disc_optimizer.step()  # the discriminator changes
            # Update the generator: raise the scores of new fakes.
            gen_optimizer.zero_grad()  # it forgets its last gradient
            with frozen(disc):  # the gradient passes through; its weights receive none
                g_loss = get_gen_loss(gen, disc, criterion, *sizes)
                g_loss.backward()  # the generator's gradient
            gen_optimizer.step()  # the generator changes
            # --- end of the loop ---
            d_real, d_fake = scores.read(real)
            record = Step(
                step=schedule.step,
                epoch=schedule.epoch,
                total=schedule.total,
                d_loss=d_loss.detach().float().reshape(()),
                g_loss=g_loss.detach().float().reshape(()),
                d_real=d_real,
                d_fake=d_fake,
                samples=draw_samples() if schedule.samples_due else None,
                note=length.note,
            )
            guard.add(record.step, record.d_loss, record.g_loss)
            yield record
    guard.check()


class MeanScores:
    """Records what the discriminator scores, since the losses keep the scores to themselves."""

    def __init__(self, disc: nn.Module):
        self.disc, self.scored = disc, []

    def __enter__(self) -> "MeanScores":
        self.hook = self.disc.register_forward_hook(self._keep)
        return self

    def __exit__(self, *error) -> None:
        self.hook.remove()

    def _keep(self, model, inputs, output) -> None:
        self.scored.append((inputs[0].data_ptr(), output.detach().float().mean()))

    def read(self, real: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean scores () of real images and of the first fakes of this step.

        Both are NaN if the discriminator scored real images and fakes in one batch.
        """
        scored, self.scored = self.scored, []
        unknown = torch.full((), float("nan"), device=real.device)
        reals = [mean for place, mean in scored if place == real.data_ptr()]
        fakes = [mean for place, mean in scored if place != real.data_ptr()]
        return (reals[0], fakes[0]) if reals and fakes else (unknown, unknown)


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
