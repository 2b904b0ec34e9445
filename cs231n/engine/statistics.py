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
FALSE_ALARM = 3e-8  # of one test; a submission meets 27, see docs/tolerance.md


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
                independent=distinct and _independent(large, shape or ()),
            )
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
    return fits and all(off <= limit for off, limit in moment_distances(distribution, values))


def _distinct(values: Array) -> bool:
    ordered = np.sort(values)
    different = 1 + np.count_nonzero(ordered[1:] != ordered[:-1])
    return bool(different >= DISTINCT * values.size)


def _independent(values: Array, shape: Shape) -> bool:
    """Return whether neighbours along either axis are uncorrelated."""
    if len(shape) != 2 or min(shape) < 2:
        return True
    table = values.reshape(shape).astype(np.float64)
    limit = CORRELATION / np.sqrt(values.size)
    for a, b in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        if a.std() == 0 or b.std() == 0 or abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > limit:
            return False
    return True


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
