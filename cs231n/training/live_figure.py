"""Watch a training run: samples and losses in one figure that is updated as it goes."""

import time
from collections.abc import Iterable

import numpy as np

from cs231n.display import Output, draw_grid, image_grid, new_figure
from cs231n.runtime import in_kernel

from .history import History, Log, Step

# Safe for colour-blind readers (Okabe and Ito); the line style differs as well.
D_STYLE = {"color": "#0072B2", "linestyle": "-", "label": "d_loss"}
G_STYLE = {"color": "#D55E00", "linestyle": "--", "label": "g_loss"}
MAX_POINTS = 200  # of a curve: more steps are averaged


def watch(
    records: Iterable[Step], title: str = "GAN", show: bool | None = None, every: float = 1.0
) -> History:
    """Run a training to its end and show its progress: samples, losses, and a line of text.

    Interrupting the kernel ends the training; the networks keep what they have learnt.

    Args:
        records: the iterator that `train_gan` or `train_blocks` returns.
        title: name of the model, above the figure.
        show: whether to draw; None for yes in a notebook and no elsewhere.
        every: smallest number of seconds between two drawings.
    Returns:
        The record of the run.
    """
    show = in_kernel() is not None if show is None else show
    log, view, interrupted = Log(), None, False
    try:
        view = LiveFigure(title) if show else None
        due = time.monotonic() + every / 2  # draw the first picture soon
        for record in records:
            log.add(record)
            if view and (now := time.monotonic()) >= due:
                view.update(log)
                ready = time.monotonic()
                due = ready + max(every, 9 * (ready - now))  # draw for at most a tenth of the time
    except KeyboardInterrupt:
        interrupted = True
    finally:  # show the last state, however the run ended
        if view and log.last is not None:
            view.update(log, "interrupted" if interrupted else "done")
    return log.history(interrupted)


class LiveFigure:
    """One figure (samples left, two loss curves right) and one line of text."""

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
        # with y given, matplotlib need not measure all labels at every drawing
        self.right.set_title(title, loc="left", fontsize=11, y=1.0)
        self.left.axis("off")

    def update(self, log: Log, state: str = "") -> None:
        """Draw the log; `state` is "interrupted", "done" or empty while the training runs."""
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
