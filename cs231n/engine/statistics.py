"""Reduce random numbers to what is judged and stored: quantiles, and facts about their spread.

Random draws differ each time, so they are judged by their distribution. All other observations are
kept as they are.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .noise_description import NoiseSample, explain_noise, explain_seed
from .schema import AdversarialFacts, Array, Arrays, NoiseFacts, NoiseStatistics, Observation, Shape

QUANTILES = 101
DISTINCT = 0.9  # share of distinct numbers; float32 uniform draws of this size give over 0.99
CORRELATION = 6.0  # standard errors; false alarm 2e-9
ERF = np.frompyfunc(math.erf, 1, 1)  # NumPy has none, and judging is done without torch
LAWS: dict[str, Callable[[Array], Array]] = {  # name -> share of the numbers below x
    "uniform": lambda x: np.clip((x + 1) / 2, 0, 1),  # in (-1, 1)
    "normal": lambda x: 0.5 + 0.5 * np.asarray(ERF(x / math.sqrt(2)), np.float64),
}
MOMENTS = {  # name -> of x and of x squared: the mean, the variance, the weight of the tail
    "uniform": ((0, 1 / 3, 1 / 3), (1 / 3, 4 / 45, 2 / 9)),
    "normal": ((0, 1, 0), (1, 2, 2)),
}
PRODUCTS = {"uniform": (1 / 9, 1 / 3), "normal": (1, 1)}  # of two numbers: variance, tail weight
TAILS = {  # sizes that few numbers exceed, with their share
    "uniform": ((0.95, 0.05), (0.99, 0.01), (0.9975, 0.0025)),
    "normal": ((2.0, 0.045500264), (2.5, 0.012419331), (3.0, 0.002699796)),
}
FALSE_ALARM = 3e-8  # of one test of a distribution; a submission meets 27, see docs/tolerance.md
FALSE_ALARM_OF_STRUCTURE = 2e-9  # of one of the other tests; a submission meets 60


def digest(distribution: str | None, observation: Observation) -> Observation:
    """Return an observation in the form in which it is compared and stored.

    Args:
        distribution: of the numbers, a key of LAWS; None if the case draws
            none.
        observation: as observed. Statistics that it claims are computed again.
    """
    facts, arrays = observation.facts, observation.arrays
    if isinstance(facts, NoiseFacts) and distribution is not None:
        statistics, kept = _describe_noise(distribution, facts.shape, arrays)
        described = _described(distribution, statistics, facts, arrays)
        statistics = replace(statistics, described=described)
        return Observation(replace(facts, statistics=statistics), kept)
    if isinstance(facts, AdversarialFacts):
        kept = {name: array for name, array in arrays.items() if name != "noise"}
        noise = arrays.get("noise")
        found = (
            None
            if noise is None or distribution is None
            else _describe_given_noise(distribution, noise)
        )
        return Observation(replace(facts, statistics=found), kept)
    return observation


def _describe_noise(
    distribution: str, shape: Shape | None, arrays: Arrays
) -> tuple[NoiseStatistics, Arrays]:
    """Return the statistics of all draws, and the quantiles of the large one."""
    statistics = NoiseStatistics()
    quantiles: Arrays = {}
    if "large" in arrays and arrays["large"].size > 1:
        large = arrays["large"]
        statistics = replace(statistics, finite=bool(np.isfinite(large).all()))
        if statistics.finite:
            ordered = np.sort(large)
            places = np.linspace(0, large.size - 1, QUANTILES)
            quantiles["quantiles"] = np.interp(places, np.arange(large.size), ordered)
            quantiles["middle"] = quantiles["quantiles"][QUANTILES // 10 : -QUANTILES // 10]
            distinct = _distinct(ordered)
            statistics = replace(
                statistics,
                spread=_spread(distribution, ordered),
                distinct=distinct,
                independent=distinct and _independent(distribution, large, shape or ()),
                even=_even(distribution, large, shape or ()),
            )
            if "second" in arrays:
                independent = _unrelated(distribution, large, arrays["second"])
                both = bool(statistics.independent and independent)
                statistics = replace(statistics, independent=both)
    if "small" in arrays and arrays["small"].size:
        small = arrays["small"].reshape(-1)
        statistics = replace(
            statistics, small_spread=_spread(distribution, small), small_distinct=_distinct(small)
        )
    if "seeded_again" in arrays:
        seeded = arrays["seeded"]
        statistics = replace(
            statistics,
            reproduces=bool(np.array_equal(seeded, arrays["seeded_again"])),
            seeds_differ=_distinct(seeded.reshape(-1)),
            seeded_spread=_spread(distribution, seeded.reshape(-1)),
        )
    if "zero" in arrays:
        first, second = arrays["zero"]
        statistics = replace(statistics, zero_reproduces=bool(np.array_equal(first, second)))
    return statistics, quantiles


def _described(
    distribution: str, statistics: NoiseStatistics, facts: NoiseFacts, arrays: Arrays
) -> tuple[str, ...]:
    """Return sentences on numbers with which something is wrong."""
    right = statistics.spread and statistics.distinct and statistics.independent
    right = right and statistics.small_spread and statistics.small_distinct
    large, small = arrays.get("large"), arrays.get("small")
    if large is None or small is None or facts.shape is None or small.ndim != 2:
        return ()
    if large.size != math.prod(facts.shape):
        return ()
    seeded = arrays.get("seeded"), arrays.get("seeded_again")
    sample = NoiseSample(large.reshape(facts.shape), small, *seeded)
    if not right:
        return explain_noise(sample, distribution).sentences
    return tuple(explain_seed(sample))


def _describe_given_noise(distribution: str, noise: Array) -> NoiseStatistics:
    """Return the statistics of the noise that a loss gives to a generator."""
    spread = bool(noise.size and np.isfinite(noise).all()) and _spread(distribution, noise)
    return NoiseStatistics(spread=spread, distinct=_distinct(noise))


def _spread(distribution: str, values: Array) -> bool:
    """Return whether numbers have a distribution, as far as that many numbers can tell."""
    fits = law_distance(distribution, values) <= draw_limit(values.size)
    fits = fits and all(off <= limit for off, limit in tail_distances(distribution, values))
    return fits and all(off <= limit for off, limit in moment_distances(distribution, values))


def _distinct(values: Array) -> bool:
    """Return whether hardly any number occurs twice, with either sign."""
    ordered = np.sort(np.abs(values), axis=None)
    different = 1 + np.count_nonzero(ordered[1:] != ordered[:-1])
    return bool(different >= DISTINCT * values.size)


def _independent(distribution: str, values: Array, shape: Shape) -> bool:
    """Return whether no two rows or columns, and no neighbours, are correlated."""
    if len(shape) != 2 or min(shape) < 2:
        return True
    rows = values.reshape(shape).astype(np.float64)
    if any(off > limit for off, limit in map(_pair_distance(distribution), (rows, rows.T))):
        return False
    table = values.reshape(shape).astype(np.float64)
    limit = CORRELATION / np.sqrt(values.size)
    for a, b in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        if a.std() == 0 or b.std() == 0 or abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > limit:
            return False
    return True


def _pair_distance(distribution: str) -> Callable[[Array], tuple[float, float]]:
    """Return a function from a table to the largest mean product of two rows, with its limit."""
    variance, tail = PRODUCTS[distribution]

    def distance(rows: Array) -> tuple[float, float]:
        products = rows @ rows.T / rows.shape[1]
        np.fill_diagonal(products, 0.0)
        pairs = len(rows) * (len(rows) - 1) / 2
        t = math.log(2 * pairs / FALSE_ALARM_OF_STRUCTURE) / rows.shape[1]
        return float(np.abs(products).max()), math.sqrt(2 * variance * t) + tail * t

    return distance


def _unrelated(distribution: str, first: Array, second: Array) -> bool:
    """Return whether two draws repeat, mirror or follow each other nowhere."""
    if first.size != second.size or not np.isfinite(second).all():
        return False
    variance, tail = PRODUCTS[distribution]
    t = math.log(2 / FALSE_ALARM_OF_STRUCTURE) / first.size
    product = abs(float(np.mean(first.astype(np.float64) * second)))
    related = product > math.sqrt(2 * variance * t) + tail * t
    return not related and _distinct(np.concatenate([first, second]))


def _even(distribution: str, values: Array, shape: Shape) -> bool:
    """Return whether rows and columns have means and mean squares as independent numbers do."""
    if len(shape) != 2 or min(shape) < 2:
        return True
    rows = values.reshape(shape).astype(np.float64)
    return all(
        off <= limit
        for table in (rows, rows.T)
        for off, limit in line_distances(distribution, table)
    )


def line_distances(distribution: str, rows: Array) -> list[tuple[float, float]]:
    """Return how much the rows of a table differ from those of independent numbers.

    Args:
        distribution: a key of MOMENTS.
        rows: (rows, n) float.
    Returns:
        The largest error of a row's mean and of its mean square, and the lack of spread of the
        means, each with its limit. A row whose numbers balance has too small a mean: for
        non-negative Y with mean 1, P(sum Y <= m - t) <= exp(-t^2 / (2 sum E[Y^2])), and the square
        of a standardised mean has E[Y^2] <= 3.
    """
    count, n = rows.shape
    means, squares = rows.mean(1), np.square(rows).mean(1)
    found = []
    t = math.log(2 * count / FALSE_ALARM_OF_STRUCTURE) / n
    for line, (mean, variance, tail) in zip((means, squares), MOMENTS[distribution], strict=True):
        high, low = float(np.max(line - mean)), float(np.max(mean - line))
        weight = 0.0 if distribution == "normal" else tail  # Laurent and Massart's lower limit
        found.append((high, math.sqrt(2 * variance * t) + tail * t))
        found.append((low, math.sqrt(2 * variance * t) + weight * t))
    unit = n / MOMENTS[distribution][0][1]
    lack = count - float(np.sum(np.square(means)) * unit)
    found.append((lack, math.sqrt(6 * count * math.log(1 / FALSE_ALARM_OF_STRUCTURE))))
    return found


def tail_distances(distribution: str, sample: Array) -> list[tuple[float, float]]:
    """Return the errors of the shares of large numbers, each with its limit (Bernstein).

    Args:
        distribution: a key of TAILS.
        sample: (n,) float.
    """
    found = []
    sizes = np.abs(sample.astype(np.float64))
    t = math.log(2 / FALSE_ALARM_OF_STRUCTURE) / max(sample.size, 1)
    for size, share in TAILS[distribution]:
        off = abs(float(np.mean(sizes > size)) - share)
        found.append((off, math.sqrt(2 * share * (1 - share) * t) + t / 3))
    return found


def law_distance(distribution: str, sample: Array) -> float:
    """Return the Kolmogorov-Smirnov distance of a sample to a distribution.

    Args:
        distribution: a key of LAWS.
        sample: (n,) float.
    """
    ordered = np.sort(sample).astype(np.float64)
    below = LAWS[distribution](ordered)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max(np.max(steps[1:] - below), np.max(below - steps[:-1])))


def moment_distances(distribution: str, sample: Array) -> list[tuple[float, float]]:
    """Return the errors of the means of x and of x squared, each with its limit for true draws.

    True draws exceed a limit with a chance below FALSE_ALARM, by Bernstein's inequality for bounded
    numbers and by Laurent and Massart 2000 (lemma 1) for squares of normal ones. The deviation of
    normal numbers shows here at a third of the error at which `law_distance` sees it.

    Args:
        distribution: a key of MOMENTS.
        sample: (n,) float.
    """
    x, t = sample.astype(np.float64), math.log(2 / FALSE_ALARM) / sample.size
    with np.errstate(invalid="ignore", over="ignore"):
        means = x.mean(), np.square(x).mean()
    return [
        (abs(found - mean), math.sqrt(2 * variance * t) + tail * t)
        for found, (mean, variance, tail) in zip(means, MOMENTS[distribution], strict=True)
    ]


def draw_limit(count: int, false_alarm: float = FALSE_ALARM) -> float:
    """Return the distance that `count` true draws exceed with a chance below `false_alarm`.

    The Dvoretzky-Kiefer-Wolfowitz bound with Massart's constant: sqrt(ln(2 / alpha) / (2 n)).
    """
    return float(np.sqrt(np.log(2 / false_alarm) / (2 * count)))
