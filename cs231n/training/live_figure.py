"""Watching a training: samples and losses in one figure that is kept up to date."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from cs231n.display import Output, draw_grid, image_grid, new_figure
from cs231n.runtime import in_kernel

# Safe for colour-blind readers (Okabe and Ito), and told apart by line style as well.
D_STYLE = {"color": "#0072B2", "linestyle": "-", "label": "d_loss"}
G_STYLE = {"color": "#D55E00", "linestyle": "--", "label": "g_loss"}
MAX_POINTS = 200  # of a curve: more steps than that are averaged


@dataclass(frozen=True)
class History:
    """What a training left behind.

    Attributes:
        d_loss, g_loss: (steps,) float: the losses, step by step.
        d_real, d_fake: (steps,) float: mean D(x) and mean D(G(z)), raw scores.
        samples: one array (n, 784) in [-1, 1] for each entry of `sample_steps`; n is 16 or 25.
        sample_steps: the steps that the samples belong to.
        seconds: how long it took.
        interrupted: whether it was stopped by hand.
    """

    d_loss: np.ndarray
    g_loss: np.ndarray
    d_real: np.ndarray
    d_fake: np.ndarray
    samples: tuple[np.ndarray, ...]
    sample_steps: tuple[int, ...]
    seconds: float
    interrupted: bool

    def __repr__(self) -> str:
        state = "interrupted" if self.interrupted else "finished"
        return f"History({len(self.d_loss):,} steps in {self.seconds:.0f} s, {state})"


def watch(
    records: Iterable, title: str = "GAN", show: bool | None = None, every: float = 1.0
) -> History:
    """Run a training to its end and show how it goes: samples, losses, and a line of text.

    Interrupting the kernel ends the training and keeps what has been trained.

    Args:
        records: what `train_gan` returns.
        title: name of the model, above the figure.
        show: draw; None for yes in a notebook and no elsewhere.
        every: seconds from one drawing to the next, at least.
    Returns:
        The `History` of the training.
    """
    show = in_kernel() is not None if show is None else show
    log, view, interrupted = Log(), None, False
    try:
        view = LiveFigure(title) if show else None
        due = time.monotonic() + every / 2  # the first picture soon
        for record in records:
            log.add(record)
            if view and (now := time.monotonic()) >= due:
                view.update(log)
                ready = time.monotonic()
                due = ready + max(every, 9 * (ready - now))  # at most a tenth goes into drawing
    except KeyboardInterrupt:
        interrupted = True
    finally:  # the last state stays, whatever ended it
        if view and log.last is not None:
            view.update(log, "interrupted" if interrupted else "done")
    return log.history(interrupted)


class Log:
    """Collects records; reads their numbers from the device many at a time."""

    def __init__(self):
        self.start, self.last, self.steps = time.monotonic(), None, 0
        self.unread, self.numbers = [], np.empty((0, 4))
        self.samples = []  # (step, (n, 784)) pairs: an interrupt cannot part the two

    def add(self, record) -> None:
        self.last, self.steps = record, self.steps + 1
        self.unread.append((record.d_loss, record.g_loss, record.d_real, record.d_fake))
        if record.samples is not None:
            self.samples.append((record.step, record.samples))

    def read(self) -> np.ndarray:
        """(steps, 4) float: d_loss, g_loss, d_real, d_fake of every step so far."""
        if self.unread:
            flat = torch.stack([number for four in self.unread for number in four])
            new = flat.cpu().double().numpy().reshape(-1, 4)  # MPS knows no float64
            self.numbers, self.unread = np.concatenate([self.numbers, new]), []
        return self.numbers

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def history(self, interrupted: bool) -> History:
        steps = tuple(step for step, _ in self.samples)
        samples = tuple(images.float().cpu().numpy() for _, images in self.samples)
        return History(*self.read().T.copy(), samples, steps, self.seconds(), interrupted)


class LiveFigure:
    """One figure (samples left, two loss curves right) and one line of text, kept up to date."""

    def __init__(self, title: str):
        self.title, self.output, self.line = title, Output(), Output()
        self.figure = new_figure(8.4, 3.4)
        self.left = self.figure.add_axes((0.0, 0.03, 0.36, 0.82))
        self.right = self.figure.add_axes((0.45, 0.15, 0.53, 0.73))
        self.picture = None
        self.curves = [self.right.plot([], [], lw=1.6, **s)[0] for s in (D_STYLE, G_STYLE)]
        self.right.set(xlabel="step", ylabel="loss")
        self.right.grid(alpha=0.3)
        self.right.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, frameon=False)
        # y given: matplotlib would else measure all labels at every drawing to place the title
        self.right.set_title(title, loc="left", fontsize=11, y=1.0)
        self.left.axis("off")

    def update(self, log: Log, state: str = "") -> None:
        """Draw what the log holds; `state` is a word for how the training stands."""
        line = progress_line(log, state)
        self.line.show_text(line)
        images = ()
        if log.samples:
            step, images = log.samples[-1]
            grid = image_grid(images)
            if self.picture is None:
                self.picture = draw_grid(self.left, grid)
            self.picture.set_data(grid)
            self.left.set_title(f"samples of step {step:,}", fontsize=9, y=1.0)
        self._draw_curves(log.read()[:, :2])
        what = f"{self.title}, {len(images)} samples and both losses. {line}"
        self.output.show(self.figure, what)

    def _draw_curves(self, losses: np.ndarray) -> None:
        width = -(-len(losses) // MAX_POINTS)
        whole = len(losses) // width * width
        means = losses[:whole].reshape(-1, width, 2).mean(axis=1)  # (steps, 2) -> (points, 2)
        x = np.arange(len(means)) * width + (width + 1) / 2
        for curve, y in zip(self.curves, means.T, strict=True):
            curve.set_data(x, y)
        finite = means[np.isfinite(means).all(axis=1)]
        top = np.percentile(finite, 99) if len(finite) else 1.0  # a spike hides the rest
        self.right.set(xlim=(0, max(len(losses), 2)), ylim=(0, max(1.15 * top, 1e-3)))


def progress_line(log: Log, state: str = "") -> str:
    """How far a training is, in one line: step, epoch, losses, rate and time left."""
    last, rate = log.last, log.steps / max(log.seconds(), 1e-9)
    d_loss, g_loss = log.read()[-50:, :2].mean(axis=0)
    of = f" of {last.total:,}" if last.total else ""
    parts = [f"step {last.step:,}{of}", f"epoch {last.epoch}"]
    parts += [f"d_loss {d_loss:.3f}", f"g_loss {g_loss:.3f}", f"{rate:,.{rate < 10:d}f} steps/s"]
    if state:
        parts.append(f"{state} after {log.seconds():.0f} s")
    elif last.total:
        parts.append(f"{(last.total - last.step) / rate:.0f} s left")
    return " · ".join(parts)
