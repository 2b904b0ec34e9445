"""The pieces of the training loop: its record, its count, its guards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn


class TrainingError(RuntimeError):
    """Training cannot go on; the message says where and what to do."""


@dataclass(frozen=True)
class Step:
    """What happened in one step. Tensors stay on the device: reading one waits for it.

    Attributes:
        step: number of the step, from 1.
        epoch: number of the pass over the data, from 1.
        total: steps planned in all, or None where the loader has no length.
        d_loss, g_loss: () float: the two losses before their optimizer's step.
        d_real, d_fake: () float: mean D(x) and mean D(G(z)) over the batch, raw scores.
        samples: (16, 784) float in [-1, 1]: images of this step when due, else None.
    """

    step: int
    epoch: int
    total: int | None
    d_loss: Tensor
    g_loss: Tensor
    d_real: Tensor
    d_fake: Tensor
    samples: Tensor | None = None


class Clock:
    """Counts steps and epochs, and knows how many steps there will be."""

    def __init__(self, loader: Iterable, num_epochs: int, max_steps: int | None):
        self.step, self.epoch = 0, 0
        self.num_epochs, self.max_steps = num_epochs, max_steps
        # The last batch may be short: the count is exact once the first epoch is over.
        self.per_epoch = len(loader) if hasattr(loader, "__len__") else None

    @property
    def total(self) -> int | None:
        totals = [self.max_steps] if self.max_steps else []
        totals += [self.per_epoch * self.num_epochs] if self.per_epoch else []
        return min(totals, default=None)


def full_batches(loader: Iterable, batch_size: int, clock: Clock) -> Iterator[Tensor]:
    """Images (batch_size, 1, 28, 28) in [0, 1], epoch after epoch, until the clock says stop."""
    while clock.epoch < clock.num_epochs:
        clock.epoch += 1
        before, sizes = clock.step, set()
        for batch in loader:
            images = batch[0] if isinstance(batch, (list, tuple)) else batch
            sizes.add(len(images))
            if len(images) != batch_size:
                continue
            if clock.max_steps and clock.step == clock.max_steps:
                return
            clock.step += 1
            yield as_images(images)
        if clock.step == before:
            raise TrainingError(
                f"train_gan, epoch {clock.epoch}: expected batches of batch_size={batch_size} "
                f"images from the loader; found sizes {sorted(sizes) or 'none at all'}; "
                "give the loader and train_gan the same batch_size"
            )
        clock.per_epoch = clock.step - before


class NanGuard:
    """Looks at the losses of many steps at once, so that the device is not kept waiting."""

    def __init__(self):
        self.records: list[Step] = []

    def add(self, record: Step, look: bool) -> None:
        self.records.append(record)
        if look:
            self.look()

    def look(self) -> None:
        records, self.records = self.records, []
        if not records:
            return
        losses = torch.stack([torch.stack((r.d_loss, r.g_loss)) for r in records]).cpu()  # (K, 2)
        bad = (~losses.isfinite()).any(dim=1).nonzero()
        if len(bad):
            first = int(bad[0])
            d_loss, g_loss = losses[first].tolist()
            raise TrainingError(
                f"train_gan, step {records[first].step}: expected finite losses; found "
                f"d_loss = {d_loss}, g_loss = {g_loss}; look for log(0), a division by zero or "
                "a learning rate that is too large, then build both networks anew"
            )


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """Keep gradients off the model's own weights for a while, also when the while ends badly."""
    weights = [p for p in model.parameters() if p.requires_grad]
    for p in weights:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p in weights:
            p.requires_grad_(True)


def as_images(x: Tensor) -> Tensor:
    """(N, 784) -> (N, 1, 28, 28)."""
    if x.numel() != len(x) * 784:
        raise TrainingError(
            "train_gan: expected images of shape (N, 784) or (N, 1, 28, 28) from the generator "
            f"and the loader; found {tuple(x.shape)}; look at the last layer of the generator"
        )
    return x.reshape(len(x), 1, 28, 28)


def one_number(loss: Tensor, name: str) -> Tensor:
    """`loss` itself, if it is something that can be minimised."""
    if isinstance(loss, Tensor) and loss.numel() == 1 and loss.requires_grad:
        return loss
    found = type(loss).__name__
    if isinstance(loss, Tensor):
        found = f"a tensor of shape {tuple(loss.shape)}, requires_grad={loss.requires_grad}"
    raise TrainingError(
        f"{name}: expected a tensor with one element that a gradient can flow through; "
        f"found {found}; did you forget return, the mean, or compute outside of PyTorch?"
    )
