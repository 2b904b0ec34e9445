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
# Safe for colour-blind readers, light enough for black text; the hatches differ as well.
FILLS, HATCHES = ("#8FC1E3", "#F3C46B", "#7CC8AE"), ("", "///", "...")
CURVES = ("#2C8AC7", "#D9660F", "#12946C")  # readable on white and on dark ground


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
    figure = display.new_figure(7.5, 3.9)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.axis("off")
    axes.set(xlim=(-3.9, full + 3.6), ylim=(-0.7, 7.0), aspect="equal")

    def box(x: float, y: float, text: str, colour: str, hatch: str = "", **style):
        style = {"facecolor": colour, "edgecolor": "black", **style}
        axes.add_patch(Rectangle((x, y), 1, 1, hatch=hatch, **style))
        ground = {"facecolor": colour, "edgecolor": "none", "pad": 1.5}
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=10, bbox=ground)

    for i in range(w):  # an input, and below it the k outputs that it adds to
        box(i * s + (k - 1) / 2, 5.9, f"$x_{i + 1}$", FILLS[i], HATCHES[i])
        for j in range(k):
            text = f"$a_{j + 1}x_{i + 1}$"
            box(i * s + j, 4.4 - 1.1 * i, text, FILLS[i], HATCHES[i])
    for j in range(full):
        kept = p <= j < full - p
        style = {} if kept else {"linestyle": "--", "edgecolor": "0.4"}
        text = f"$y_{j - p + 1}$" if kept else "cut"
        box(j, 0.5, text, "white" if kept else "0.88", **style)
    labels = {
        6.4: f"input, w = {w}",
        3.8: f"kernel $(a_1, ..., a_{k})$\ntimes each input,\n{s} places apart",
        1.0: "sum of columns",
    }
    for y, text in labels.items():
        axes.text(-0.4, y, text, ha="right", va="center", fontsize=10)
    size = f"output\n{k} + ({w} - 1)·{s} - 2·{p} = {full - 2 * p}"
    axes.text(full + 0.3, 1.0, size, ha="left", va="center", fontsize=10)
    axes.text(full / 2, -0.2, f"padding p = {p}: one value cut off at each end", ha="center",
              va="center", fontsize=10)  # fmt: skip
    return figure


def draw_gradient_paths():
    """Draw the two halves of a step: what is computed, and where each gradient goes."""
    figure = display.new_figure(7.8, 3.9)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.axis("off")
    axes.set(xlim=(0, 15.6), ylim=(0, 7.8))

    def box(x: float, y: float, text: str, fill: str, hatch: str = ""):
        axes.add_patch(Rectangle((x, y), 1.5, 1, facecolor=fill, edgecolor="black", hatch=hatch))
        ground = {"facecolor": fill, "edgecolor": "none", "pad": 2}
        axes.text(x + 0.75, y + 0.5, text, ha="center", va="center", fontsize=12, bbox=ground)

    def arrow(start: tuple, end: tuple, **style):
        style = {"arrowstyle": "->", "color": display.MUTED, "lw": 1.4, **style}
        axes.annotate("", end, start, arrowprops=style)

    def label(x: float, y: float, text: str, **style):
        axes.text(x, y, text, va="center", fontsize=10, **{"ha": "center", **style})

    for y, learns in ((5.2, "D"), (1.2, "G")):  # the two halves of a step
        label(0.1, y + 2.2, f"update ${learns}$", ha="left", weight="bold")
        label(0.7, y + 0.5, "noise $z$")
        box(2.3, y, "$G$", FILLS[1], HATCHES[1] if learns == "G" else "")
        label(5.5, y + 0.5, "fakes $G(z)$")
        box(7.5, y, "$D$", FILLS[0], HATCHES[1] if learns == "D" else "")
        label(10.5, y + 0.5, "scores")
        label(13.8, y + 0.5, "loss $\\ell_D$" if learns == "D" else "loss $\\ell_G$")
        for start, end in ((1.5, 2.2), (3.9, 4.4), (6.6, 7.4), (9.1, 9.8), (11.2, 12.9)):
            arrow((start, y + 0.5), (end, y + 0.5))
    label(8.25, 7.35, "real images $x$")
    arrow((8.25, 7.1), (8.25, 6.3))
    gradient = {"lw": 2.2}
    arrow((13.8, 4.75), (8.9, 4.75), color="#2C8AC7", **gradient)
    label(11.3, 4.4, "gradient of $\\ell_D$: changes $D$ ...")
    axes.plot([7.1, 7.1], [4.5, 5.0], color="#2C8AC7", lw=3)
    arrow((8.8, 4.75), (7.15, 4.75), color="#2C8AC7", linestyle=":", lw=1.6, arrowstyle="-")
    label(6.9, 4.75, "... and stops here (detach)", ha="right")
    arrow((13.8, 0.75), (3.1, 0.75), color="#D9660F", linestyle="--", **gradient)
    label(
        9.0, 0.35, "gradient of $\\ell_G$: passes through $D$, which stays fixed, and changes $G$"
    )
    return figure


def draw_losses_of_a_score():
    """Draw what G's losses say about the score of one fake, and how hard they pull at it."""
    figure = display.new_figure(7.8, 3.3)
    left, right = figure.subplots(1, 2)
    score = np.linspace(-6, 6, 241)
    sigmoid = 1 / (1 + np.exp(-score))
    losses = {
        "non-saturating, $-\\log\\sigma(s)$": (-np.log(sigmoid), sigmoid - 1, "-"),
        "saturating, $\\log(1-\\sigma(s))$": (np.log(1 - sigmoid), -sigmoid, "--"),
        "least squares, $(s-1)^2/2$": ((score - 1) ** 2 / 2, score - 1, "-."),
    }
    for colour, (name, (value, slope, line)) in zip(CURVES, losses.items(), strict=True):
        for axes, y in ((left, value), (right, slope)):
            axes.plot(score, y, color=colour, linestyle=line, lw=2, label=name)
    left.set(title="loss of $G$ for a fake with score $s$", xlabel="score $s$", ylim=(-6.2, 6.2))
    right.set(title="its slope: how hard it pulls", xlabel="score $s$", ylim=(-3.2, 3.2))
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.title.set_fontsize(10)
    for axes in (left, right):
        axes.text(0.02, -0.235, "$D$ is sure: fake", transform=axes.transAxes, fontsize=8)
        axes.text(0.98, -0.235, "$D$ takes it for real", transform=axes.transAxes, fontsize=8,
                  ha="right")  # fmt: skip
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, frameon=False, fontsize=9)
    figure.subplots_adjust(0.06, 0.27, 0.985, 0.91, wspace=0.16)
    return figure


def main() -> None:
    """Draw the pictures whose runs exist."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="may be empty: then only drawings are made")
    runs = read(parser.parse_args().out)
    figures = {
        "transposed_convolution.png": draw_transposed_convolution(),
        "gradient_paths.png": draw_gradient_paths(),
        "losses_of_a_score.png": draw_losses_of_a_score(),
    }
    if runs.keys() == TITLES.keys():
        figures["samples.png"] = draw_samples(runs)
    if 1 in runs.get("vanilla", {}):
        figures["progress.png"] = draw_progress(runs["vanilla"])
    for name, figure in figures.items():
        path = FIGURES / name
        display.restyle(figure)
        figure.savefig(path, dpi=100, metadata={"Software": None})  # no version: the same bytes
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
