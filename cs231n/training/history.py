"""The record of a training run: one `Step` per step while it runs, a `History` at its end."""

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from cs231n.runtime import short_run


@dataclass(frozen=True)
class Step:
    """What happened in one step. Tensors stay on the device: reading one waits for it.

    Attributes:
        step: number of the step, from 1.
        epoch: number of the pass over the data, from 1.
        total: number of steps planned, or None if the loader has no length.
        d_loss, g_loss: () float: the two losses before their optimizer's step.
        d_real, d_fake: () float: mean D(x) and mean D(G(z)) over the batch, raw scores.
        samples: (16, 784) float in [-1, 1]: images of this step when due, else None.
        note: why the run is shorter than asked for; "" if it is not.
    """

    step: int
    epoch: int
    total: int | None
    d_loss: Tensor
    g_loss: Tensor
    d_real: Tensor
    d_fake: Tensor
    samples: Tensor | None = None
    note: str = ""

    @classmethod
    def of(cls, step: int, d_loss, g_loss, real_scores, fake_scores, samples=None) -> "Step":
        """Return the record of a step in a loop of one's own, without its graphs.

        Args:
            step: number of the step, from 1.
            d_loss: () float: the loss of D.
            g_loss: () float: the loss of G.
            real_scores: (N, 1) float: D's scores of real images in its half of the step.
            fake_scores: (N, 1) float: D's scores of generated images in its half of the step.
            samples: (16, 784) float in [-1, 1], in some of the steps.
        """
        numbers = (x.detach().float().mean() for x in (d_loss, g_loss, real_scores, fake_scores))
        images = None if samples is None else samples.detach().flatten(1).clone()
        note = f"{short_run()} limits the number of steps." if short_run() else ""
        return cls(step, 1, None, *numbers, images, note)


@dataclass(frozen=True)
class History:
    """The record of a whole training run.

    Attributes:
        d_loss, g_loss: (steps,) float: the losses, step by step.
        d_real, d_fake: (steps,) float: mean D(x) and mean D(G(z)), raw scores.
        samples: one array (n, 784) in [-1, 1] for each entry of `sample_steps`; n is 16 or 25.
        sample_steps: the steps that the samples belong to.
        seconds: duration.
        interrupted: whether the student stopped it.
        paused: what `watch(resume=...)` needs to continue an interrupted run; None if the run is
            over or was stopped within a step.
    """

    d_loss: np.ndarray
    g_loss: np.ndarray
    d_real: np.ndarray
    d_fake: np.ndarray
    samples: tuple[np.ndarray, ...]
    sample_steps: tuple[int, ...]
    seconds: float
    interrupted: bool
    paused: object = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        state = "interrupted" if self.interrupted else "finished"
        return f"History({len(self.d_loss):,} steps in {self.seconds:.0f} s, {state})"


class Log:
    """Collects steps; reads their numbers from the device many at a time."""

    def __init__(self):
        self.start, self.last, self.steps = time.monotonic(), None, 0
        self._unread, self._numbers = [], np.empty((0, 4))
        self.samples = []  # (step, (n, 784)) pairs: an interrupt cannot part the two

    def add(self, record: Step) -> None:
        """Append one step."""
        self.last, self.steps = record, self.steps + 1
        self._unread.append((record.d_loss, record.g_loss, record.d_real, record.d_fake))
        if record.samples is not None:
            self.samples.append((record.step, record.samples))

    def read(self) -> np.ndarray:
        """Return (steps, 4) float: d_loss, g_loss, d_real, d_fake of every step so far."""
        if self._unread:
            flat = torch.stack([number for four in self._unread for number in four])
            new = flat.cpu().double().numpy().reshape(-1, 4)  # MPS has no float64
            self._numbers, self._unread = np.concatenate([self._numbers, new]), []
        return self._numbers

    def seconds(self) -> float:
        """Return the time since the start of the log, without pauses."""
        return time.monotonic() - self.start

    def pause(self) -> None:
        """Stop the clock until `resume`."""
        self._elapsed = self.seconds()

    def resume(self) -> None:
        """Let the clock go on."""
        self.start = time.monotonic() - self._elapsed

    def history(self, interrupted: bool, paused: object = None) -> History:
        """Return everything collected as a `History`."""
        steps = tuple(step for step, _ in self.samples)
        samples = tuple(images.float().cpu().numpy() for _, images in self.samples)
        return History(*self.read().T.copy(), samples, steps, self.seconds(), interrupted, paused)


def guessing_losses(
    d_loss: np.ndarray, d_real: np.ndarray, d_fake: np.ndarray
) -> tuple[float, float] | None:
    """Find which losses are used; return those of D and G if D can only guess.

    By Jensen's inequality a loss is never below its value at the mean scores, and it is near that
    value while scores differ little. This tells cross-entropy, half of it and least squares apart,
    and whether D returns scores or probabilities.

    Args:
        d_loss: (steps,) as in `History`.
        d_real: (steps,) as in `History`.
        d_fake: (steps,) as in `History`.
    Returns:
        (log 4, log 2) for cross-entropy, (log 2, log 2) for half of it, (1/4, 1/8) for least
        squares; None if no known loss fits.
    """
    if not len(d_loss) or not d_loss.min() >= 0:
        return None
    entropy = np.logaddexp(0, -d_real) + np.logaddexp(0, d_fake)
    least_squares = ((d_real - 1) ** 2 + d_fake**2) / 2
    log2 = float(np.log(2))
    kinds = [((2 * log2, log2), entropy), ((log2, log2), entropy / 2)]
    kinds.append(((0.25, 0.125), least_squares))
    if min(d_real.min(), d_fake.min()) >= 0 and max(d_real.max(), d_fake.max()) <= 1:
        entropy = -np.log(d_real + 1e-12) - np.log(1 - d_fake + 1e-12)
        kinds += [((2 * log2, log2), entropy), ((log2, log2), entropy / 2)]
    # (how far the loss is above that value, the losses of a D that guesses)
    gaps = [(np.median(np.log((d_loss + 1e-6) / (v + 1e-6))), guess) for guess, v in kinds]
    possible = [pair for pair in gaps if pair[0] > -0.02]
    return min(possible)[1] if possible else None
