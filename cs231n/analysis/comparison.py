"""Compare the quality of several generators, or of one generator at several widths of its noise.

compare(vanilla=G, lsgan=G_LS, dcgan=G_DC)   # beside the values measured by this project
show_narrowing(G)                            # narrower noise: fidelity against variety
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

import torch
from torch import Tensor, nn

from cs231n.display import show_comparison, show_rows

from .quality import Quality, digit_quality
from .sampling import UNUSUAL, count_note, draw_noise, draw_samples, generate, sample_count

MEASURED = Path(__file__).parents[1] / "datasets" / "measured_quality.json"
WIDTHS = (1.0, 0.75, 0.5, 0.25)
NARROW_SAMPLES = 500  # for each width: only a quarter of a batch is narrow, so each costs four
COLUMNS = {
    "frechet": ("Fréchet distance (lower is better)", "{:.1f}"),
    "confident": ("clearly a digit", "{:.0%}"),
    "coverage": ("coverage", "{:.0%}"),
}


@dataclass(frozen=True)
class Comparison:
    """The quality of several generators.

    Attributes:
        qualities: by name of the model.
        measured: by name of the model and of the number: (mean, standard deviation) over the
            seeds of this project's training runs at full length; empty for other models.
        note: how this project measured.
    """

    qualities: dict[str, Quality]
    measured: dict[str, dict[str, tuple[float, float]]]
    note: str

    def rows(self) -> list[list[str]]:
        """Return the table as text, heading first."""
        rows = [["model", *(title for title, _ in COLUMNS.values()), "digits drawn"]]
        for name, quality in self.qualities.items():
            cells = []
            for column, (_, form) in COLUMNS.items():
                cell = form.format(getattr(quality, column))
                if name in self.measured:
                    mean, deviation = map(form.format, self.measured[name][column])
                    cell += f" (ours: {mean} ± {deviation})"
                cells.append(cell)
            rows.append([name, *cells, f"{quality.digits} of 10"])
        return rows

    def __repr__(self) -> str:
        rows = self.rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([*(line.rstrip() for line in lines), self.note])

    def _repr_html_(self) -> str:
        head, *body = self.rows()
        lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
        lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in body]
        table = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"<table>{table}</table><p>{escape(self.note)}</p>"


def compare(count: int | None = None, noise_dim: int = 96, **generators: nn.Module) -> Comparison:
    """Measure generators, show their samples and numbers in a figure, and return the table.

    Args:
        count: samples of each; None for 5,000 (200 in a trial run).
        noise_dim: length of their noise vectors.
        generators: by name; this project's values appear beside `vanilla`, `lsgan` and `dcgan`.
    """
    count = count or sample_count()
    samples: dict[str, Tensor] = {
        name: draw_samples(G, count, noise_dim) for name, G in generators.items()
    }
    qualities = {name: digit_quality(images) for name, images in samples.items()}
    stored = measured()
    known = {
        name: {column: tuple(stored["models"][name][column]) for column in COLUMNS}
        for name in generators
        if name in stored["models"]
    }
    note = f"{count_note(count)} {stored['note']}"
    comparison = Comparison(qualities, known, note)
    show_comparison({name: x[:16] for name, x in samples.items()}, comparison, COLUMNS)
    return comparison


@lru_cache(maxsize=1)
def measured() -> dict:
    """Return what `benchmarks/quality.py` stored about this project's own training runs."""
    return json.loads(MEASURED.read_text("utf-8"))


@dataclass(frozen=True)
class Narrowing:
    """Samples and their quality for noise from narrower and narrower ranges.

    Attributes:
        widths: the noise is uniform in (-width, width).
        qualities: one for each width, of equally many samples.
        samples: (len(widths), 10, 784) float32 in [-1, 1].
    """

    widths: tuple[float, ...]
    qualities: tuple[Quality, ...]
    samples: Tensor

    @property
    def labels(self) -> list[str]:
        """One line for each width."""
        return [
            f"noise in ({-width:g}, {width:g}): clearly a digit {q.confident:.0%}, "
            f"coverage {q.coverage:.0%}"
            for width, q in zip(self.widths, self.qualities, strict=True)
        ]


def narrowing(
    G: nn.Module, noise_dim: int = 96, widths: tuple[float, ...] = WIDTHS, count: int | None = None
) -> Narrowing:
    """Draw samples from narrower and narrower ranges of noise and measure them.

    Args:
        G: noise (N, noise_dim) -> images; it is left unchanged.
        noise_dim: length of its noise vectors.
        widths: factors of the noise.
        count: samples per width, at least 100; None for 500 (200 in a trial run).
    """
    count = count or min(NARROW_SAMPLES, sample_count())
    noise = draw_noise(count, noise_dim)
    images = [generate(G, width * noise, UNUSUAL) for width in widths]
    qualities = tuple(digit_quality(x) for x in images)
    return Narrowing(tuple(widths), qualities, torch.stack([x[:10] for x in images]))


def show_narrowing(
    G: nn.Module, noise_dim: int = 96, widths: tuple[float, ...] = WIDTHS, count: int | None = None
) -> None:
    """Show `narrowing` in the notebook, one width per row; do nothing outside a notebook."""
    shown = narrowing(G, noise_dim, widths, count)
    measured_count = shown.qualities[0].count
    text = f"{count_note(measured_count)[:-1]} for each row"
    if measured_count < sample_count():
        text += (
            f"; `compare` and `diagnose` measure {sample_count():,}, and more samples cover more "
            "real digits"
        )
    show_rows(shown.samples, shown.labels, "Ten samples for each range of the noise. "
              + "; ".join(shown.labels) + f". {text}.", note=f"{text}.")  # fmt: skip
