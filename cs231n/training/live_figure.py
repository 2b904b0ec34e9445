"""Watch a training run: samples, losses and scores in one figure that is updated as it goes."""

import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from cs231n.display import MUTED, Output, draw_grid, image_grid, new_figure, restyle
from cs231n.runtime import choose_threads, in_kernel

from .guards import TrainingError
from .history import History, Log, Step, guessing_losses

# Readable on white and on dark ground, and safe for colour-blind readers; the line styles differ.
D_STYLE = {"color": "#2C8AC7", "linestyle": "-", "label": "d_loss"}
G_STYLE = {"color": "#D9660F", "linestyle": "--", "label": "g_loss"}
REAL_STYLE = {"color": "#2C8AC7", "linestyle": "-", "label": "D(x)"}
FAKE_STYLE = {"color": "#D9660F", "linestyle": "--", "label": "D(G(z))"}
MAX_POINTS = 200  # of a curve: more steps are averaged
MIN_STEPS = 20  # from which the kind of loss can be told


@dataclass
class Paused:
    """An interrupted run, to be continued by `watch(resume=...)`.

    Attributes:
        records: the iterator, between two steps.
        log: of the steps so far.
        title: of the figure.
        restore_random: restores the global sources of random numbers as they were then.
    """

    records: Iterator[Step]
    log: Log
    title: str
    restore_random: Callable[[], None]


def watch(
    records: Iterable[Step] | None = None,
    title: str = "GAN",
    show: bool | None = None,
    every: float = 1.0,
    *,
    resume: History | None = None,
    threads: int | None = None,
) -> History:
    """Run a training to its end and show its progress: samples, curves, and a line of text.

    Interrupting the kernel ends the training after the current step; the networks keep what they
    have learnt. `history = watch(resume=history)` continues as if nothing had happened. A second
    interrupt stops within the step, and such a run cannot be continued.

    Args:
        records: the iterator that `train_gan` or `train_blocks` returns; None with `resume`.
        title: name of the model, above the figure.
        show: whether to draw; None for yes in a notebook and no elsewhere.
        every: smallest number of seconds between two drawings.
        resume: the history of an interrupted run. Networks and optimizers must still exist and be
            unchanged.
        threads: of PyTorch; None for GANS_THREADS if that is set, else what the machine offers. It
            is only set in a notebook or if given.
    Returns:
        The record of the run, with all its steps.
    Raises:
        TrainingError: `resume` is not a run that can be continued.
    """
    show = in_kernel() is not None if show is None else show
    if (records is None) == (resume is None):
        raise TypeError("watch: expected either the records of a training or resume=")
    if resume is None:
        paused = Paused(iter(records), Log(), title, lambda: None)
    else:
        paused = _paused(resume)
        paused.log.resume()
    records, log, title = paused.records, paused.log, paused.title
    view, interrupted, notes = None, False, []
    if show or threads:
        chosen = choose_threads(threads)
        torch.set_num_threads(chosen.count)
        notes.append(str(chosen))
    paused.restore_random()
    stop = Interrupt()
    try:
        view = LiveFigure(title, notes) if show else None
        due = time.monotonic() + every / 2  # draw the first picture soon
        with stop.deferred():
            while not stop.requested and (record := next(records, None)) is not None:
                log.add(record)
                if view and (now := time.monotonic()) >= due:
                    view.update(log)
                    ready = time.monotonic()
                    # draw for at most a tenth of the time
                    due = ready + max(every, 9 * (ready - now))
        interrupted = stop.requested
    except KeyboardInterrupt:  # a second one, or one that no handler could defer
        interrupted = True
        stop.requested = False
    finally:  # show the last state, however the run ended
        if view and log.last is not None:
            view.update(log, "interrupted" if interrupted else "done")
    if not stop.requested:
        return log.history(interrupted)
    log.pause()
    paused.restore_random = _random_states()
    return log.history(interrupted, paused)


def _paused(history: History) -> Paused:
    if isinstance(history.paused, Paused):
        return history.paused
    found = "a run that was interrupted twice, within a step"
    if not history.interrupted:
        found = "a run that is finished"
    raise TrainingError(
        f"watch: resume: expected the history of an interrupted run; found {found}; start a new "
        "training with new networks and optimizers"
    )


class Interrupt:
    """Lets a step end before an interrupt ends the training.

    Attributes:
        requested: whether an interrupt has arrived.
    """

    def __init__(self):
        self.requested = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Note the first SIGINT inside the `with` block; raise KeyboardInterrupt at the second."""
        try:
            before = signal.signal(signal.SIGINT, self._handle)
        except ValueError:  # not the main thread
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _handle(self, number, frame) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


def _random_states() -> Callable[[], None]:
    """Return a function that restores all global sources of random numbers as they are now."""
    restore = [
        (torch.set_rng_state, torch.get_rng_state()),
        (np.random.set_state, np.random.get_state()),
        (random.setstate, random.getstate()),
    ]
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        restore.append((torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all()))
    return lambda: [function(state) for function, state in restore] and None


class LiveFigure:
    """One figure (samples left; losses and mean scores right) and some lines of text."""

    def __init__(self, title: str, notes: Iterable[str] = ()):
        self.title, self.notes = title, list(notes)
        self.output, self.line = Output(), Output()
        self.figure = new_figure(8.4, 4.2)
        self.left = self.figure.add_axes((0.0, 0.06, 0.40, 0.82))
        self.losses = self.figure.add_axes((0.48, 0.54, 0.43, 0.37))
        self.scores = self.figure.add_axes((0.48, 0.12, 0.43, 0.30))
        self.picture = None
        self.loss_curves = [self.losses.plot([], [], lw=1.6, **s)[0] for s in (D_STYLE, G_STYLE)]
        self.score_curves = [
            self.scores.plot([], [], lw=1.6, **s)[0] for s in (REAL_STYLE, FAKE_STYLE)
        ]
        self.losses.set(ylabel="loss")
        self.scores.set(xlabel="step", ylabel="mean score")
        for axes in (self.losses, self.scores):
            axes.grid(alpha=0.3)
            axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, frameon=False,
                        fontsize=8, borderaxespad=0.1)  # fmt: skip
        # with y given, matplotlib need not measure all labels at every drawing
        self.losses.set_title(title, loc="left", fontsize=11, y=1.0)
        self.left.axis("off")
        self.guess = None
        restyle(self.figure)

    def update(self, log: Log, state: str = "") -> None:
        """Draw the log; `state` is "interrupted", "done" or empty while the training runs."""
        line = progress_line(log, state)
        notes = [note for note in (log.last.note, *self.notes) if note]
        self.line.show_text("\n".join([line, *notes]))
        images = ()
        if log.samples:
            step, images = log.samples[-1]
            grid = image_grid(images)
            if self.picture is None:
                self.picture = draw_grid(self.left, grid)
            self.picture.set_data(grid)
            self.left.set_title(f"samples of step {step:,}", fontsize=9, y=1.0, color=MUTED)
        self._draw(log.read())
        what = f"{self.title}, {len(images)} samples, both losses and mean scores. {line}"
        self.output.show(self.figure, what)

    def _draw(self, numbers: np.ndarray) -> None:
        """Draw the curves of (steps, 4) numbers, averaged to at most 200 points."""
        width = -(-len(numbers) // MAX_POINTS)
        whole = len(numbers) // width * width
        means = numbers[:whole].reshape(-1, width, 4).mean(axis=1)  # (steps, 4) -> (points, 4)
        x = np.arange(len(means)) * width + (width + 1) / 2
        for curve, y in zip([*self.loss_curves, *self.score_curves], means.T, strict=True):
            curve.set_data(x, y)
        if self.guess is None and len(numbers) >= MIN_STEPS:
            self.guess = guessing_losses(*numbers[:, [0, 2, 3]].T)
            self._draw_guess()
        losses, scores = means[:, :2], means[:, 2:]
        finite = losses[np.isfinite(losses).all(axis=1)]
        top = np.percentile(finite, 99) if len(finite) else 1.0  # a spike hides the rest
        top = max(top, *(self.guess or (0,)))
        self.losses.set(xlim=(0, max(len(numbers), 2)), ylim=(0, max(1.15 * top, 1e-3)))
        finite = scores[np.isfinite(scores).all(axis=1)]
        low, high = np.percentile(finite, (1, 99)) if len(finite) else (-1, 1)
        margin = max(0.1 * (high - low), 0.05)
        self.scores.set(xlim=(0, max(len(numbers), 2)), ylim=(low - margin, high + margin))

    def _draw_guess(self) -> None:
        """Mark the losses of a D that can only guess."""
        for value, style in zip(dict.fromkeys(self.guess or ()), (":", "-."), strict=False):
            self.losses.axhline(value, color=MUTED, lw=1, linestyle=style)
            beside = self.losses.get_yaxis_transform()
            label = f"{value:.3g}\n(guessing)"
            self.losses.text(1.01, value, label, transform=beside, fontsize=7, va="center")


def progress_line(log: Log, state: str = "") -> str:
    """Describe the progress in one line: step, epoch, losses, rate and time left."""
    last, rate = log.last, log.steps / max(log.seconds(), 1e-9)
    d_loss, g_loss = log.read()[-50:, :2].mean(axis=0)
    total = f" of {last.total:,}" if last.total else ""
    parts = [f"step {last.step:,}{total}", f"epoch {last.epoch}"]
    parts += [f"d_loss {d_loss:.3f}", f"g_loss {g_loss:.3f}", f"{rate:,.{rate < 10:d}f} steps/s"]
    if state:
        parts.append(f"{state} after {log.seconds():.0f} s")
    elif last.total:
        parts.append(f"{(last.total - last.step) / rate:.0f} s left")
    return " · ".join(parts)
