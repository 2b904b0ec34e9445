"""Figures for the notebook: grids of images, and the output that shows them.

Only this module and `training/live_figure.py` plot.
"""

import base64
import html
import io
import math
import secrets
import struct
import zlib

import numpy as np

from .runtime import in_kernel

SIZE = 80  # of a picture, in pixels of the page per inch of the figure
SHARPNESS = 1.5  # pixels of the picture per pixel of the page; today's screens have up to 2

# Safe for colour-blind readers (Okabe and Ito); the hatches differ as well.
BARS = (
    {"facecolor": "#56B4E9", "hatch": ""},
    {"facecolor": "#E69F00", "hatch": "//"},
    {"facecolor": "#009E73", "hatch": ".."},
)
MUTED = "#7d7d7d"  # text and axes: contrast of at least 4 to white and to dark ground


def show_images(images, title: str = "Images") -> None:
    """Show images as one square grid in the notebook; do nothing outside a notebook.

    Args:
        images: (N, 784), (N, 28, 28) or (N, 1, 28, 28), tensor or array, in [0, 1], or in
            [-1, 1] if there are values below zero.
        title: drawn above the images, and part of the text alternative.
    """
    if in_kernel() is not None:
        figure = images_figure(images, title)
        Output().show(figure, f"{title}: {len(images)} images in a square grid.")


def show_progress(history, count: int = 5) -> None:
    """Show samples from up to `count` steps side by side, and below them all steps to leaf through.

    Args:
        history: what `watch` returned.
        count: largest number of grids side by side.
    """
    if in_kernel() is not None and history.samples:
        figure = progress_figure(history.samples, history.sample_steps, count)
        Output().show(figure, "Samples of the generator from the first step (left) to the last.")
        if len(history.samples) > 1:
            Output().show_html(history_html(history), "The same samples, one step at a time.")


def history_html(history, max_frames: int = 30) -> str:
    """Return a page on which a reader leafs through the samples, step by step.

    It needs neither a kernel nor a script: each step is a radio button, which the arrow keys move,
    and a style sheet shows the frame of the chosen one. Where a front end removes the style sheet,
    the last frame stays. A frame has at most 11 KB, whatever it shows.

    Args:
        history: what `watch` returned, with samples.
        max_frames: largest number of frames, spread evenly over the samples.
    """
    name = f"history-{secrets.token_hex(4)}"
    last = len(history.samples) - 1
    chosen = sorted({round(i) for i in np.linspace(0, last, max_frames)})
    buttons, frames, rules = [], [], []
    for number, i in enumerate(chosen, 1):
        step, final = history.sample_steps[i], i == last
        losses = f"d_loss {history.d_loss[step - 1]:.3f}, g_loss {history.g_loss[step - 1]:.3f}"
        data = base64.b64encode(gray_png(image_grid(history.samples[i]))).decode()
        caption = f"step {step:,}: {losses}"
        buttons.append(
            # JupyterLab leaves the arrow keys to an element that has the last attribute
            f'<input type="radio" name="{name}" aria-label="{caption}"{" checked" * final} '
            'data-lm-suppress-shortcuts="true">'
        )
        frames.append(
            f'<div style="display:{"block" if final else "none"}"><img alt="Samples of {caption}" '
            f'width="240" height="240" style="image-rendering:pixelated" '
            f'src="data:image/png;base64,{data}"><br>{caption}</div>'
        )
        rules.append(f"#{name}>input:nth-of-type({number}):checked~div:nth-of-type({number})")
    style = f"#{name}>div{{display:none!important}}{','.join(rules)}{{display:block!important}}"
    return (
        f'<div id="{name}" role="radiogroup" aria-label="History of the samples">'
        f"<style>{style}</style>"
        f"{''.join(buttons)}<p>Choose a step; the arrow keys go from one to the next.</p>"
        f"{''.join(frames)}</div>"
    )


def gray_png(grid: np.ndarray) -> bytes:
    """Return a picture (H, W) in [0, 1] as a PNG of 16 shades of grey; NaN is drawn in grey."""
    levels = np.rint(np.nan_to_num(grid, nan=0.5) * 15).astype(np.uint8)
    height, width = levels.shape
    if width % 2:
        levels = np.pad(levels, ((0, 0), (0, 1)))
    packed = levels[:, ::2] << 4 | levels[:, 1::2]  # two pixels in a byte
    rows = np.pad(packed, ((0, 0), (1, 0)))  # each row begins with 0: no filter
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def show_rows(images, labels: list[str], alt: str, note: str = "") -> None:
    """Show rows of images in the notebook; do nothing outside a notebook.

    Args:
        images: (R, K, 784) in [-1, 1]: K images in each of R rows.
        labels: the text above each row; "" for none.
        alt: the text alternative.
        note: a line of text above the picture.
    """
    if in_kernel() is not None:
        if note:
            Output().show_text(note)
        Output().show(rows_figure(images, labels), alt)


def show_comparison(samples: dict, comparison, columns: dict) -> None:
    """Show samples and numbers of several models in the notebook; do nothing outside a notebook.

    Args:
        samples: by model, (16, 784) in [-1, 1].
        comparison: the `Comparison`, whose text form is part of the text alternative.
        columns: title and format of each number, by its name.
    """
    if in_kernel() is not None:
        figure = comparison_figure(samples, comparison, columns)
        Output().show(figure, f"Samples and numbers. {comparison!r}")


def image_grid(images) -> np.ndarray:
    """Arrange images in one picture with about as many rows as columns.

    Args:
        images: as in `show_images`.
    Returns:
        (H, W) float32 in [0, 1]; NaN between the images and in empty places.
    """
    x = images.detach().float().cpu().numpy() if hasattr(images, "detach") else np.asarray(images)
    if x.ndim < 2 or x.size != len(x) * 784:
        raise ValueError(
            "show_images: expected images of shape (N, 784) or (N, 1, 28, 28); "
            f"found {tuple(x.shape)}; reshape them"
        )
    x = x.reshape(-1, 28, 28).astype(np.float32)  # (N, ...) -> (N, 28, 28)
    if x.min(initial=0) < 0:
        x = (x + 1) / 2
    columns = max(1, math.ceil(math.sqrt(len(x))))
    rows = max(1, math.ceil(len(x) / columns))
    grid = np.full((rows * columns, 30, 30), np.nan, np.float32)
    grid[: len(x), 1:-1, 1:-1] = x.clip(0, 1)
    grid = grid.reshape(rows, columns, 30, 30).transpose(0, 2, 1, 3)
    return grid.reshape(rows * 30, columns * 30)


def images_figure(images, title: str = ""):
    """Return a matplotlib Figure with the grid of `images`, under its title if there is one."""
    grid = image_grid(images)
    size = min(max(3.6, grid.shape[1] / 80), 8)  # 400 images: one pixel for each of theirs
    height = size + (0.28 if title else 0)
    figure = new_figure(size, height)
    draw_grid(figure.add_axes((0, 0, 1, size / height)), grid)
    if title:
        figure.text(0.01, 1 - 0.06 / height, title, fontsize=10, va="top")
    return figure


def progress_figure(samples, sample_steps, count: int = 5):
    """Return a matplotlib Figure of `count` grids in a row, spread evenly over the samples."""
    chosen = sorted({round(i) for i in np.linspace(0, len(samples) - 1, count)})
    figure = new_figure(2 * len(chosen), 2.25)
    for axes, i in zip(figure.subplots(1, len(chosen), squeeze=False)[0], chosen, strict=True):
        draw_grid(axes, image_grid(samples[i]))
        axes.set_title(f"step {sample_steps[i]:,}", fontsize=9)
    figure.subplots_adjust(0.005, 0.01, 0.995, 0.88, wspace=0.04)
    return figure


def rows_figure(images, labels: list[str]):
    """Return a matplotlib Figure of rows of images, each under its label."""
    rows, count = images.shape[:2]
    row_height = 1.0 if any(labels) else 0.72  # inches
    figure = new_figure(0.72 * count, row_height * rows)
    for axes, row, label in zip(figure.subplots(rows, 1, squeeze=False)[:, 0], images, labels,
                                strict=True):  # fmt: skip
        strip = [image_grid(x[None]) for x in row]
        draw_grid(axes, np.concatenate(strip, axis=1))
        axes.set_title(label, fontsize=9, loc="left", pad=2)
    figure.subplots_adjust(0.005, 0.005, 0.995, 1 - 0.25 / (row_height * rows), hspace=0.3)
    return figure


def comparison_figure(samples: dict, comparison, columns: dict):
    """Return a matplotlib Figure: grids of samples above, bars of each number below."""
    width = max(8.4, 2.8 * len(samples))
    figure = new_figure(width, 6.0)
    above, below = figure.subfigures(2, 1, height_ratios=(0.5, 0.5))
    grids = above.subplots(1, len(samples), squeeze=False)[0]
    for axes, (name, images) in zip(grids, samples.items(), strict=True):
        draw_grid(axes, image_grid(images))
        axes.set_title(name, fontsize=11)
    above.subplots_adjust(0.01, 0.02, 0.99, 0.9, wspace=0.05)
    points = []
    for axes, (column, (title, form)) in zip(below.subplots(1, 3), columns.items(), strict=True):
        points += draw_bars(axes, column, comparison, form)
        axes.set_title(title, fontsize=10)
    if points:
        text = "this project's own training runs: mean ± standard deviation over seeds"
        below.legend(points[:1], [text], loc="lower center", frameon=False, fontsize=10)
    below.subplots_adjust(0.06, 0.3, 0.985, 0.9, wspace=0.25)
    return figure


def draw_bars(axes, column: str, comparison, form: str) -> list:
    """Draw one number of each model as a bar, the project's own as a point with its spread.

    Returns:
        matplotlib's artists of the points.
    """
    names, points = [], []
    for i, (name, quality) in enumerate(comparison.qualities.items()):
        value, style = getattr(quality, column), BARS[i % len(BARS)]
        axes.bar(i, value, 0.7, edgecolor=MUTED, linewidth=0.8, **style)
        names.append(f"{name}\n{form.format(value)}")
        if name in comparison.measured:
            mean, deviation = comparison.measured[name][column]
            points.append(
                axes.errorbar(i, mean, deviation, fmt="D", color=MUTED, markersize=6, capsize=5,
                              markeredgecolor="white", elinewidth=2)
            )  # fmt: skip
    axes.set_xticks(range(len(names)), names, fontsize=10)
    axes.tick_params(axis="y", labelsize=9)
    axes.set_ylim(0)
    axes.yaxis.set_major_formatter(lambda value, _: form.format(value))
    return points


class Output:
    """One display in the notebook's output, created once and then updated."""

    def __init__(self):
        self.handle = None

    def show(self, figure, alt: str) -> None:
        """Show a figure as a picture with `alt` as its text alternative."""
        buffer = io.BytesIO()
        restyle(figure)
        figure.savefig(buffer, format="png", dpi=SHARPNESS * SIZE)
        data = base64.b64encode(buffer.getvalue()).decode()
        width, height = (round(SIZE * inches) for inches in figure.get_size_inches())
        # The size is in the page, so that nothing below moves when a picture is replaced; a
        # narrow window or a printed page makes the picture smaller.
        page = (
            f'<img alt="{html.escape(alt, quote=True)}" width="{width}" height="{height}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        )
        # HTML carries the text alternative everywhere; the plain picture serves PDF export.
        bundle = {"text/html": page, "image/png": data, "text/plain": alt}
        self._send(bundle, {"image/png": {"alt": alt, "width": width, "height": height}})

    def show_html(self, page: str, alt: str) -> None:
        """Show a piece of HTML; `alt` is what a front end without HTML shows."""
        self._send({"text/html": page, "text/plain": alt}, {})

    def show_text(self, line: str) -> None:
        """Show one line of text."""
        self._send({"text/plain": line}, {})

    def _send(self, bundle: dict, metadata: dict) -> None:
        from IPython.display import display

        if self.handle is None:
            self.handle = display(bundle, raw=True, metadata=metadata, display_id=True)
        else:
            self.handle.update(bundle, raw=True, metadata=metadata)


def new_figure(width: float, height: float):
    """Return a matplotlib Figure that pyplot does not know, so no front end shows it twice.

    Its ground is transparent: it looks right on a light and on a dark theme after `restyle`.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="none")


def restyle(figure) -> None:
    """Give text, axes and ticks a grey that is readable on white and on dark ground."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if text.get_bbox_patch() is None:  # text on a ground of its own keeps its colour
            text.set_color(MUTED)
    for axes in figure.get_axes():
        axes.set_facecolor("none")
        axes.tick_params(colors=MUTED)
        for spine in axes.spines.values():
            spine.set_edgecolor(MUTED)


def draw_grid(axes, grid: np.ndarray):
    """Draw a grid from `image_grid` and return matplotlib's image."""
    axes.axis("off")
    return axes.imshow(grid, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
