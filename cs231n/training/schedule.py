"""Which batches a training run uses, and how many steps it has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from cs231n.runtime import short_run, step_limit

from .guards import TrainingError, as_images


@dataclass(frozen=True)
class Length:
    """How long a training run may last.

    Attributes:
        num_epochs: passes over the data, at most.
        max_steps: steps, at most; None for no limit.
        note: what GANS_SHORT changed; "" if it changed nothing.
    """

    num_epochs: int
    max_steps: int | None
    note: str = ""


class Schedule:
    """The full batches of a training run, epoch after epoch; iterating counts the steps.

    Args:
        loader: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        batch_size: N; batches of another size (a short last one) are skipped.
        length: the largest numbers of epochs and steps.
        show_every: steps from one record with samples to the next.
    Attributes:
        step: number of the current step, from 1.
        epoch: number of the current pass over the data, from 1.
    """

    def __init__(self, loader: Iterable, batch_size: int, length: Length, show_every: int):
        self.loader, self.batch_size = loader, batch_size
        self.num_epochs, self.max_steps = length.num_epochs, length.max_steps
        self.show_every = show_every
        self.step, self.epoch = 0, 0
        # The last batch may be short: the count is exact once the first epoch is over.
        self._steps_per_epoch = len(loader) if hasattr(loader, "__len__") else None

    @property
    def total(self) -> int | None:
        """Number of steps planned, or None while the length of an epoch is unknown."""
        totals = [self.max_steps] if self.max_steps else []
        if self._steps_per_epoch:
            totals.append(self._steps_per_epoch * self.num_epochs)
        return min(totals, default=None)

    @property
    def samples_due(self) -> bool:
        """Whether the current step keeps samples: the first of every `show_every`, and the last."""
        return (self.step - 1) % self.show_every == 0 or self.step == self.total

    def __iter__(self) -> Iterator[Tensor]:
        """Yield images (batch_size, 1, 28, 28) in [0, 1]."""
        while self.epoch < self.num_epochs:
            self.epoch += 1
            steps_before, sizes = self.step, set()
            for batch in self.loader:
                images = batch[0] if isinstance(batch, (list, tuple)) else batch
                sizes.add(len(images))
                if len(images) != self.batch_size:
                    continue
                if self.max_steps and self.step == self.max_steps:
                    return
                self.step += 1
                yield as_images(images)
            if self.step == steps_before:
                raise TrainingError(
                    f"training, epoch {self.epoch}: expected batches of "
                    f"batch_size={self.batch_size} images from the loader; found sizes "
                    f"{sorted(sizes) or 'of no batch'}; use the same batch_size for the loader "
                    "and for the training"
                )
            self._steps_per_epoch = self.step - steps_before


def numbered_batches(loader: Iterable, batch_size: int, steps: int) -> Iterator[tuple[int, Tensor]]:
    """Yield (step, images) for a loop of one's own: full batches, epoch after epoch.

    Args:
        loader: any iterable of images or (images, labels); images (N, 1, 28, 28) in [0, 1].
        batch_size: N; batches of another size are skipped.
        steps: number of batches; GANS_SHORT replaces it if it is smaller.
    """
    steps = min(steps, step_limit() or steps)
    schedule = Schedule(loader, batch_size, Length(steps, steps), show_every=steps)
    for images in schedule:
        yield schedule.step, images


def run_length(D: nn.Module, max_steps: int | None, num_epochs: int) -> Length:
    """Return the length of a training run.

    GANS_SHORT replaces both numbers unless `max_steps` is given; its value may depend on whether D
    has convolutions.
    """
    convolutional = any(not is_lazy(p) and p.dim() == 4 for p in D.parameters())
    short = step_limit("convolutional" if convolutional else "fully connected")
    if max_steps or short is None:
        return Length(num_epochs, max_steps)
    note = f"{short_run()}: this training ends after {short:,} steps."
    return Length(short, short, note)  # every epoch has at least one step
