"""Your generators side by side, and beside what this project measured.

compare(vanilla=G, lsgan=G_LS, dcgan=G_DC)
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from torch import Tensor, nn

from cs231n.display import show_comparison

from .quality import Quality, digit_quality
from .sampling import draw_samples, usual

MEASURED = Path(__file__).parents[1] / "datasets" / "measured_quality.json"
COLUMNS = {
    "frechet": ("Frechet distance (lower is better)", "{:.1f}"),
    "confident": ("clearly a digit", "{:.0%}"),
    "coverage": ("coverage", "{:.0%}"),
}


@dataclass(frozen=True)
class Comparison:
    """The quality of several generators.

    Attributes:
        qualities: by name of the model.
        measured: by name of the model and of the number: (mean, standard deviation) over the
            seeds of this project's full trainings; nothing for models that it does not know.
        note: how those were measured.
    """

    qualities: dict[str, Quality]
    measured: dict[str, dict[str, tuple[float, float]]]
    note: str

    def rows(self) -> list[list[str]]:
        """The table as text, heading first."""
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
    """Measure generators, show their samples and numbers in a figure, return the table.

    Args:
        count: samples of each; None for 5,000 (200 in a trial run).
        noise_dim: length of their noise vectors.
        generators: by name; `vanilla`, `lsgan` and `dcgan` are set beside this project's values.
    """
    count = count or usual(5_000)
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
    found = Comparison(qualities, known, stored["note"])
    show_comparison({name: x[:16] for name, x in samples.items()}, found, COLUMNS)
    return found


@lru_cache(maxsize=1)
def measured() -> dict:
    """What `benchmarks/quality.py` wrote about the full trainings of this project."""
    return json.loads(MEASURED.read_text("utf-8"))
