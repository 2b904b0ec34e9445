"""Make the pictures of the notebook from training runs of the reference solution.

Usage: python benchmarks/make_figures.py FOLDER [MODEL ...] [--draw]
FOLDER holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz. Trains the models named
(vanilla, lsgan, dcgan; all if none is named; some twenty minutes on one core), then draws all
figures. --draw trains nothing and draws anew from the samples of the last runs.
"""

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
import torch
from matplotlib.patches import Rectangle

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from cs231n import data, display, mnist, training  # noqa: E402  (the path comes first)

FIGURES = TOP / "cs231n" / "figures"
SAMPLES = TOP / "build" / "figures"
SEED, BATCH, SHOW_EVERY = 231, 128, 250
MODELS = {"vanilla": ("vanilla GAN", 10), "lsgan": ("LSGAN", 10), "dcgan": ("DCGAN", 5)}  # epochs


def load_solution():
    """The reference solution as a module of the package, which its relative imports need."""
    path = TOP / "autograder" / "solution" / "gan_pytorch.py"
    spec = importlib.util.spec_from_file_location("cs231n.reference_solution", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(name: str, gans):
    """Networks and losses of one model, as in the notebook."""
    if name == "dcgan":
        D, G = gans.build_dc_classifier(BATCH), gans.build_dc_generator()
        for model in (D, G):
            model.apply(gans.initialize_weights)
    else:
        D, G = gans.discriminator(), gans.generator()
    if name == "lsgan":
        return D, G, gans.ls_discriminator_loss, gans.ls_generator_loss
    return D, G, gans.discriminator_loss, gans.generator_loss


def run(name: str, folder: Path) -> None:
    """Train one model, seeded; write its samples (K, 16, 784) and their steps as they come."""
    gans, digits = load_solution(), mnist._from_folder(folder, "cache")
    title, epochs = MODELS[name]
    torch.manual_seed(SEED)
    D, G, *losses = build(name, gans)
    loader = data.MemoryLoader(digits.train_images, digits.train_labels, BATCH, shuffle=True)
    optimizers = (gans.get_optimizer(D), gans.get_optimizer(G))
    samples, steps, numbers, start = [], [], [], time.monotonic()
    for record in training.train_gan(
        D, G, *optimizers, *losses, loader, show_every=SHOW_EVERY, num_epochs=epochs
    ):
        numbers.append((record.d_loss.item(), record.g_loss.item()))
        if record.samples is not None:
            samples.append(record.samples.numpy())
            steps.append(record.step)
            np.savez(SAMPLES / f"{name}.npz", samples=np.stack(samples), steps=steps)
            d_loss, g_loss = np.mean(numbers[-SHOW_EVERY:], axis=0)
            rate = record.step / (time.monotonic() - start)
            print(f"{title}: step {record.step}, d_loss {d_loss:.3f}, g_loss {g_loss:.3f}, "
                  f"{rate:.1f} steps/s")  # fmt: skip


def draw_samples(stored: dict[str, dict[str, np.ndarray]]):
    """The last 16 samples of each of the three models side by side."""
    figure = display.new_figure(7.5, 2.8)
    for axes, (name, (title, _)) in zip(figure.subplots(1, 3), MODELS.items(), strict=True):
        display.draw_grid(axes, display.image_grid(stored[name]["samples"][-1]))
        axes.set_title(f"{title}, step {stored[name]['steps'][-1]:,}", fontsize=11)
    figure.subplots_adjust(0.005, 0.01, 0.995, 0.88, wspace=0.04)
    return figure


def draw_transposed_convolution(w: int = 3, k: int = 4, s: int = 2, p: int = 1):
    """How w inputs spread over k + (w - 1) s - 2 p outputs, in one dimension."""
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


def main(folder: Path, names: list[str]) -> None:
    """Train the models of these names, then draw all figures."""
    torch.set_num_threads(1)  # sums keep their order, so a second run gives the same
    torch.set_flush_denormal(True)  # Adam's averages of vanishing gradients crawl without it
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name in names:
        run(name, folder)
    stored = {name: np.load(SAMPLES / f"{name}.npz") for name in MODELS}
    vanilla = stored["vanilla"]
    figures = {
        "samples.png": draw_samples(stored),
        "progress.png": display.progress_figure(vanilla["samples"], vanilla["steps"]),
        "transposed_convolution.png": draw_transposed_convolution(),
    }
    for name, figure in figures.items():
        path = FIGURES / name
        figure.savefig(path, dpi=100, metadata={"Software": None})  # no version: the same bytes
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 2 or set(sys.argv[2:]) - {*MODELS, "--draw"}:
        sys.exit(__doc__)
    chosen = [name for name in MODELS if name in sys.argv]
    draw_only = "--draw" in sys.argv
    main(Path(sys.argv[1]), [] if draw_only else chosen or list(MODELS))
