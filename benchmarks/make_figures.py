"""Draw the pictures of the notebook from stored training runs of the reference solution.

    python -m benchmarks.make_figures OUT

OUT contains the runs of `python -m benchmarks.quality train OUT`; the pictures show seed 0 of each
model. A picture stays unchanged if a run that it needs is missing or incomplete.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.quality_tables import TITLES
from cs231n import display

FIGURES = Path(__file__).resolve().parents[1] / "cs231n" / "figures"
SEED, MOMENTS = 0, 5


def read(out: Path) -> dict[str, dict[int, np.ndarray]]:
    """Return 16 samples (16, 784) in [-1, 1] of every stored step, by model and step."""
    found = {}
    for model in TITLES:
        path = out / f"{model}-{SEED}.npz"
        if path.exists():
            with np.load(path, allow_pickle=False) as arrays:
                names = {int(n[4:]): n for n in arrays.files if n.startswith("step")}
                names[len(arrays["records"])] = "final"
                found[model] = {s: arrays[n][:16] / 127.5 - 1 for s, n in sorted(names.items())}
    return found


def draw_samples(runs: dict[str, dict[int, np.ndarray]]):
    """Draw the last 16 samples of each of the three models side by side."""
    figure = display.new_figure(7.5, 2.8)
    for axes, (model, title) in zip(figure.subplots(1, 3), TITLES.items(), strict=True):
        step = max(runs[model])
        display.draw_grid(axes, display.image_grid(runs[model][step]))
        axes.set_title(f"{title}, step {step:,}", fontsize=11)
    figure.subplots_adjust(0.005, 0.01, 0.995, 0.88, wspace=0.04)
    return figure


def draw_progress(run: dict[int, np.ndarray]):
    """Draw the samples of five steps, including the first and the last."""
    return display.progress_figure(list(run.values()), list(run), MOMENTS)


def draw_transposed_convolution(w: int = 3, k: int = 4, s: int = 2, p: int = 1):
    """Draw how w inputs spread over k + (w - 1) s - 2 p outputs, in one dimension."""
    full = k + (w - 1) * s
    figure = display.new_figure(7.5, 3.1)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.axis("off")
    axes.set(xlim=(-3.9, full + 3.6), ylim=(-0.6, 5.6), aspect="equal")
    colors, hatches = ("#0072B2", "#E69F00", "#009E73"), ("", "//", "..")

    def box(x: float, y: float, text: str = "", **style):
        style = {"facecolor": "white", "edgecolor": "black", **style}
        axes.add_patch(Rectangle((x, y), 1, 1, **style))
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=10)

    for i in range(w):  # an input, and below it the k outputs that it adds to
        style = {"facecolor": colors[i], "alpha": 0.55, "hatch": hatches[i]}
        box(i * s + (k - 1) / 2, 4.5, f"x{i + 1}", **style)
        bar = Rectangle((i * s, 2.05 + 0.62 * (w - 1 - i)), k, 0.5, edgecolor="black", **style)
        axes.add_patch(bar)
    for j in range(full):
        kept = p <= j < full - p
        style = {} if kept else {"facecolor": "0.88", "linestyle": "--", "edgecolor": "0.4"}
        box(j, 0.5, f"y{j - p + 1}" if kept else "cut", **style)
    labels = {5.0: f"input, w = {w}", 2.9: f"kernel k = {k},\nstride s = {s}", 1.0: "sum of bars"}
    for y, text in labels.items():
        axes.text(-0.4, y, text, ha="right", va="center", fontsize=10)
    size = f"output\n{k} + ({w} - 1)·{s} - 2·{p} = {full - 2 * p}"
    axes.text(full + 0.3, 1.0, size, ha="left", va="center", fontsize=10)
    axes.text(full / 2, -0.1, f"padding p = {p}: one value cut off at each end", ha="center",
              va="center", fontsize=10)  # fmt: skip
    return figure


def main() -> None:
    """Draw the pictures whose runs exist."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    runs = read(parser.parse_args().out)
    figures = {"transposed_convolution.png": draw_transposed_convolution()}
    if runs.keys() == TITLES.keys():
        figures["samples.png"] = draw_samples(runs)
    if 1 in runs.get("vanilla", {}):
        figures["progress.png"] = draw_progress(runs["vanilla"])
    for name, figure in figures.items():
        path = FIGURES / name
        figure.savefig(path, dpi=100, metadata={"Software": None})  # no version: the same bytes
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
