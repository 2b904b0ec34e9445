"""Explain noise: what distribution it has, what repeats in it, and what sets its seed.

A sentence is only written if the numbers fit it: a family of distributions is named only if the
Kolmogorov-Smirnov distance of all numbers to it is as small as that of true draws.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

FALSE_ALARM = 1e-6  # chance to deny a true family
NICE = (0.0, 0.1, 0.2, 0.25, 0.5, 0.9, 1.0, 1.5, 2.0, 3.0, 10.0)
ASKED = {
    "uniform": "uniform in (-1, 1)",
    "normal": "standard normal (mean 0, standard deviation 1)",
}
_ERF = np.frompyfunc(math.erf, 1, 1)
Share = Callable[[Any], np.ndarray]  # of a distribution: the share of numbers below x


@dataclass(frozen=True)
class NoiseSample:
    """What a noise function returned.

    Attributes:
        large: the numbers of one large call, in its shape.
        small: (calls, n) float: the numbers of many small calls without a seed, one after the
            other; the random state is set once before the first.
        seeded, seeded_again: (seeds, n) float: calls with different seeds, twice; None if the
            function has no argument seed.
    """

    large: np.ndarray
    small: np.ndarray
    seeded: np.ndarray | None = None
    seeded_again: np.ndarray | None = None


@dataclass(frozen=True)
class NoiseExplanation:
    """What noise looks like beside what the assignment asks for.

    Attributes:
        sentences: what is wrong, the cause first; empty if nothing is certain.
        summary: range, mean and standard deviation in one line.
        bins: (edges, counts) of a histogram, for a figure.
    """

    sentences: tuple[str, ...]
    summary: str = ""
    bins: tuple[tuple[float, ...], tuple[int, ...]] = ((), ())


def explain_noise(sample: NoiseSample, law: str) -> NoiseExplanation:
    """Explain what is wrong with noise.

    Args:
        sample: what the function returned.
        law: "uniform" or "normal": what the assignment asks for.
    """
    values = np.asarray(sample.large, dtype=np.float64).ravel()
    if not values.size or not np.isfinite(values).all():
        return NoiseExplanation(
            ("Some of the numbers are infinite or nan.",) if values.size else ()
        )
    said = _within_a_call(sample) or [*_between_calls(sample), *_distribution(values, law)]
    counts, edges = np.histogram(values, bins=30)
    bins = tuple(map(float, edges)), tuple(map(int, counts))
    return NoiseExplanation(tuple(said), _summary(values), bins)


def _summary(values: np.ndarray) -> str:
    return (
        f"from {values.min():.3g} to {values.max():.3g}, mean {values.mean():.3g}, standard "
        f"deviation {values.std():.3g}"
    )


# --- repetitions ----------------------------------------------------------------------------------


def _within_a_call(sample: NoiseSample) -> list[str]:
    """Return what repeats inside a call: its distribution then says nothing."""
    large = np.asarray(sample.large)
    if large.size > 1 and np.all(large == large.flat[0]):
        return [f"All numbers are {large.flat[0]:g}: nothing is drawn."]
    if large.ndim == 2 and min(large.shape) > 1:
        if np.all(large == large[:1]):
            return [f"Rows 2 to {len(large)} repeat row 1: draw each row on its own."]
        if np.all(large == large[:, :1]):
            return ["Within each row, all numbers are the same: draw each number on its own."]
    return []


def _between_calls(sample: NoiseSample) -> list[str]:
    small = sample.small
    if len(small) > 1 and small.shape[1] > 1:
        if np.all(small == small[:1]):
            return [
                "Each call returns the same numbers, so your function sets the seed itself (with "
                "torch.manual_seed, for example). Without an argument that asks for it, do not set "
                "a seed."
            ]
        if np.all(small[1:] == small[1:2]):
            return [
                "From the second call on, each call returns the same numbers, so your function "
                "sets the seed after it draws. Do not set a seed unless the caller asks for it."
            ]
        distinct = len(np.unique(small, axis=0))
        if distinct < len(small) / 2:
            return [f"{len(small)} calls returned only {distinct} different sets of numbers."]
    return []


def explain_seed(sample: NoiseSample) -> list[str]:
    """Return what is wrong with the argument seed, of noise that is right without it."""
    if sample.seeded is None or sample.seeded_again is None:
        return []
    if np.array_equal(sample.seeded, sample.seeded_again):
        if np.all(sample.seeded == sample.seeded[:1]):
            return ["All seeds give the same noise; different seeds must give different noise."]
        return []
    if not np.any(np.all(sample.seeded == sample.seeded_again, axis=1)):
        return [
            "Two calls with the same seed return different noise: the argument seed does not reach "
            "the generator that draws the numbers."
        ]
    return ["The same seed does not always give the same noise."]


# --- distribution ---------------------------------------------------------------------------------


def _distribution(values: np.ndarray, law: str) -> list[str]:
    family = describe_family(values)
    if family is None:
        return [
            f"The numbers run {_summary(values)}; the assignment asks for numbers that are "
            f"{ASKED[law]}."
        ]
    if family == ASKED[law]:
        return []
    return [f"The numbers are {family}; the assignment asks for numbers that are {ASKED[law]}."]


def describe_family(values: np.ndarray) -> str | None:
    """Return the distribution that all numbers fit, in words, or None if no known one does."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    different = np.unique(ordered)
    if different.size <= 10:
        words = ", ".join(f"{x:g}" for x in different[:-1])
        return f"only {words} and {different[-1]:g}" if words else f"all {different[0]:g}"
    ends = _piled_up(ordered)
    if ends:
        return ends
    for name, share in _candidates(ordered):
        if _fits(ordered, share):
            return name
    return None


def _candidates(ordered: np.ndarray) -> Iterator[tuple[str, Share]]:
    """(words, share of the numbers below x) of the families, the simplest first."""
    mean, std = float(ordered.mean()), float(ordered.std())
    a, b = _ends(ordered)
    if (a, b) == (-1.0, 1.0):
        yield ASKED["uniform"], _uniform(-1, 1)
    yield f"uniform in ({_number(a)}, {_number(b)})", _uniform(a, b)
    edge = max(abs(ordered[0]), abs(ordered[-1]))
    if abs(edge - 1) < 1e-6:
        yield "normal numbers divided by the largest of them", _normal(0, std)
    m, s = (
        _nice(mean, 4 * std / math.sqrt(ordered.size)),
        _nice(std, 3 * std / math.sqrt(ordered.size)),
    )
    words = f"normal with mean {_about(m)} and standard deviation {_about(s)}"
    yield ASKED["normal"] if (m, s) == (0.0, 1.0) else words, _normal(m, s)
    left, right = (_nice(float(x), 0.1 * std) for x in (ordered[0], ordered[-1]))
    corners = f"a triangle from {_number(left)} to {_number(right)}"
    yield f"the sum or difference of two uniform numbers ({corners})", _triangle(left, right)
    with np.errstate(divide="ignore"):
        if max(abs(ordered[0]), abs(ordered[-1])) < 1:
            yield "normal numbers sent through Tanh", lambda x: _normal(0, 1)(np.arctanh(x))
        if ordered[0] > 0 and ordered[-1] < 1:
            logit = lambda x: _normal(0, 1)(np.log(x / (1 - x)))  # noqa: E731
            yield "normal numbers sent through a sigmoid", logit
    cut = _nice(edge, 0.02 * edge)
    if 0.3 < cut < 3.5:
        inside = _normal(0, 1)
        share = lambda x: (inside(x) - inside(-cut)) / (inside(cut) - inside(-cut))  # noqa: E731
        yield f"normal numbers without their tails (none beyond {_number(cut)})", share


def _piled_up(ordered: np.ndarray) -> str | None:
    """Numbers that were cut off at one end or both, and pile up there."""
    first, last = ordered[0], ordered[-1]
    lower = np.count_nonzero(ordered == first) / ordered.size
    upper = np.count_nonzero(ordered == last) / ordered.size
    if max(lower, upper) < 0.001:
        return None
    share = 100 * (lower * (lower >= 0.001) + upper * (upper >= 0.001))
    ends = [x for x, part in ((first, lower), (last, upper)) if part >= 0.001]
    places = " and ".join(f"{x:g}" for x in ends)
    inside = ordered[(ordered > first) & (ordered < last)]
    normal = _normal(0, 1)
    bounded = lambda x: (normal(x) - normal(first)) / (normal(last) - normal(first))  # noqa: E731
    kind = "normal numbers" if inside.size > 100 and _fits(inside, bounded) else "numbers"
    return f"{kind} cut off at {places}: {share:.0f}% of them are exactly there"


def _ends(ordered: np.ndarray) -> tuple[float, float]:
    """Return the ends of the interval that uniform numbers come from, if they are neat ones."""
    slack = 20 * (ordered[-1] - ordered[0]) / ordered.size
    return _nice(float(ordered[0]), slack), _nice(float(ordered[-1]), slack)


def _nice(x: float, slack: float) -> float:
    for value in NICE:
        for signed in (value, -value):
            if abs(x - signed) <= slack:
                return signed + 0.0
    return x


def _uniform(a: float, b: float) -> Share:
    return lambda x: np.clip((x - a) / (b - a), 0, 1)


def _normal(mean: float, std: float) -> Share:
    scale = std * math.sqrt(2)
    return lambda x: 0.5 + 0.5 * np.asarray(_ERF((x - mean) / scale), dtype=np.float64)


def _triangle(a: float, b: float) -> Share:
    middle, half = (a + b) / 2, (b - a) / 2

    def share(x: np.ndarray) -> np.ndarray:
        u = np.clip((x - middle) / half, -1, 1)
        return np.where(u < 0, (1 + u) ** 2 / 2, 1 - (1 - u) ** 2 / 2)

    return share


def _fits(ordered: np.ndarray, share: Share) -> bool:
    """Whether the Kolmogorov-Smirnov distance is that of true draws."""
    with np.errstate(invalid="ignore", divide="ignore"):
        below = share(ordered)
    steps = np.arange(ordered.size + 1) / ordered.size
    distance = max(np.max(steps[1:] - below), np.max(below - steps[:-1]))
    return bool(distance <= math.sqrt(math.log(2 / FALSE_ALARM) / (2 * ordered.size)))


def _about(x: float) -> str:
    """Return a measured number in words, with "about" unless it is a neat one."""
    neat = any(abs(abs(x) - value) < 1e-9 for value in NICE)
    return f"{x + 0.0:g}" if neat else f"about {round(x, 2) + 0.0:g}"


def _number(x: float) -> str:
    return f"{round(x, 3) + 0.0:g}"
