"""Check the fourteen numbers of question 1 against each other, and draw their path.

    check_orbit(y=[1, ...], x=[1, ...])

Nothing here is graded, and the right numbers are not stored: each number is only compared with the
ones before it. A mistake in one place therefore does not make the later numbers wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cs231n.display import MUTED, Output, new_figure
from cs231n.runtime import in_kernel

STEPS = 6
Number = int | float | None


@dataclass(frozen=True)
class Orbit:
    """What follows from what in a table of alternating gradient steps on f(x, y) = x y.

    Attributes:
        y: (7,) numbers from t = 0; None where the table is empty.
        x: (7,) likewise.
        follows: by the name of each number after t = 0, such as "y_1": whether it follows from the
            numbers before it; None if one of the three is missing.
    """

    y: tuple[Number, ...]
    x: tuple[Number, ...]
    follows: dict[str, bool | None]

    @property
    def message(self) -> str:
        """Say which numbers follow from the ones before them."""
        wrong = [name for name, right in self.follows.items() if right is False]
        missing = [name for name, right in self.follows.items() if right is None]
        if len(missing) == len(self.follows):
            return "Fill in your numbers for y and x, from t = 0 to t = 6, and run the cell again."
        parts = []
        if wrong:
            parts.append(
                f"Not following from the numbers before: {', '.join(wrong)}. For y_t use y and x "
                "of t - 1; for x_t use x of t - 1 and the new y_t."
            )
        if missing:
            parts.append(f"Not checked, because a number is missing: {', '.join(missing)}.")
        if not parts:
            parts.append("Each number follows from the ones before it.")
        if (self.y[0], self.x[0]) != (1, 1):
            parts.append("The start is not (1, 1).")
        return " ".join(parts)

    def __repr__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.message)}</p>"


def check_orbit(y: Sequence[Number], x: Sequence[Number]) -> Orbit:
    """Check a table of alternating gradient steps and show its path in the notebook.

    Args:
        y: seven numbers, from t = 0; None for one that is missing.
        x: seven numbers, likewise.
    Raises:
        ValueError: there are not seven numbers each.
    """
    if len(y) != STEPS + 1 or len(x) != STEPS + 1:
        raise ValueError(
            f"check_orbit: expected seven numbers each for y and x, from t = 0 to t = 6; found "
            f"{len(y)} and {len(x)}; write None for a missing one"
        )
    follows: dict[str, bool | None] = {}
    for t in range(1, STEPS + 1):
        follows[f"y_{t}"] = _equal(y[t], y[t - 1], x[t - 1])
        follows[f"x_{t}"] = _equal(x[t], x[t - 1], None if y[t] is None else -y[t])
    orbit = Orbit(tuple(y), tuple(x), follows)
    complete = None not in follows.values()
    if in_kernel() is not None and complete:
        alt = "Your points in the plane, joined in order: "
        points = ", ".join(f"({a:g}, {b:g})" for a, b in zip(x, y, strict=True))
        Output().show(orbit_figure(orbit), f"{alt}{points}.")
    return orbit


def _equal(result: Number, first: Number, second: Number) -> bool | None:
    if result is None or first is None or second is None:
        return None
    return abs(result - (first + second)) < 1e-9


def orbit_figure(orbit: Orbit):
    """Return a matplotlib Figure: the points (x, y) joined in order, and both values over t."""
    figure = new_figure(7.5, 3.4)
    plane, time = figure.subplots(1, 2, width_ratios=(1, 1.25))
    plane.plot(orbit.x, orbit.y, "-", color="#2C8AC7", lw=1.4)
    places: dict[tuple[Number, Number], list[str]] = {}
    for t, point in enumerate(zip(orbit.x, orbit.y, strict=True)):
        places.setdefault(point, []).append(str(t))
    for (a, b), steps in places.items():
        plane.plot(a, b, "o", color="#2C8AC7", markersize=6)
        size = max((a * a + b * b) ** 0.5, 1e-9)  # the label lies outside, seen from (0, 0)
        plane.annotate(
            f"t = {', '.join(steps)}", (a, b), textcoords="offset points",
            xytext=(18 * a / size, 12 * b / size), ha="center", va="center", fontsize=8,
        )  # fmt: skip
    plane.plot(0, 0, "+", color=MUTED, markersize=10)
    plane.set(xlabel="x", ylabel="y", aspect="equal")
    plane.margins(0.3)
    steps = range(STEPS + 1)
    time.plot(steps, orbit.y, "-o", color="#2C8AC7", markersize=4, label="y")
    time.plot(steps, orbit.x, "--s", color="#D9660F", markersize=4, label="x")
    time.set(xlabel="t")
    time.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 0.98), fontsize=9)
    for axes in (plane, time):
        axes.grid(alpha=0.3)
    figure.subplots_adjust(0.08, 0.15, 0.985, 0.9, wspace=0.25)
    return figure
