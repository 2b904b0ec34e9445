"""Boil an observation down to what is judged and stored; only random numbers need it.

Random draws differ every time, so they are summed up: quantiles, and facts about repetition.
"""

import math

import numpy as np

QUANTILES = 101
DISTINCT = 0.9  # share of distinct numbers; float32 uniform draws of this size give over 0.99
CORRELATION = 6.0  # standard errors; false alarm 2e-9
ERF = np.frompyfunc(math.erf, 1, 1)  # NumPy has none, and judging is done without torch
SAID_HERE = (  # of the numbers, by this file: whoever observed them has no say in it
    "finite", "spread", "distinct", "independent", "small_spread", "small_distinct",
    "reproduces", "seeds_differ", "seeded_spread", "zero_reproduces",
)  # fmt: skip
LAWS = {  # name -> share of the numbers below x
    "uniform": lambda x: np.clip((x + 1) / 2, 0, 1),  # in (-1, 1)
    "normal": lambda x: 0.5 + 0.5 * ERF(x / math.sqrt(2)).astype(np.float64),
}
MOMENTS = {  # name -> of x and of x squared: the mean, the variance, the weight of the tail
    "uniform": ((0, 1 / 3, 1 / 3), (1 / 3, 4 / 45, 2 / 9)),
    "normal": ((0, 1, 0), (1, 2, 2)),
}
FALSE_ALARM = 3e-8  # of one test; a submission meets 27, see docs/tolerance.md


def digest(case: dict, facts: dict, arrays: dict) -> tuple[dict, dict]:
    """(facts, arrays) in the form in which they are compared and stored.

    Args:
        case: the probe, or another of the same task.
        facts, arrays: as observed.
    """
    law = case.get("law")
    facts = {name: fact for name, fact in facts.items() if name not in SAID_HERE}
    if case["kind"] == "noise":
        return _noise(law, facts, arrays)
    return _noise_given(law, facts, arrays) if "noise" in arrays else (facts, arrays)


def _noise(law: str, facts: dict, arrays: dict) -> tuple[dict, dict]:
    out = {}
    if "large" in arrays and arrays["large"].size > 1:
        large = arrays["large"]
        facts["finite"] = bool(np.isfinite(large).all())
        if facts["finite"]:
            ordered = np.sort(large)
            places = np.linspace(0, large.size - 1, QUANTILES)
            out["quantiles"] = np.interp(places, np.arange(large.size), ordered)
            out["middle"] = out["quantiles"][QUANTILES // 10 : -QUANTILES // 10]
            facts["spread"] = _spread(law, ordered)
            facts["distinct"] = _distinct(ordered)
            facts["independent"] = facts["distinct"] and _independent(large, facts["shape"])
    if "small" in arrays and arrays["small"].size:
        small = arrays["small"].reshape(-1)
        facts["small_spread"] = _spread(law, small)
        facts["small_distinct"] = _distinct(small)
    if "seeded_again" in arrays:
        seeded = arrays["seeded"]
        facts["reproduces"] = bool(np.array_equal(seeded, arrays["seeded_again"]))
        facts["seeds_differ"] = _distinct(seeded.reshape(-1))
        facts["seeded_spread"] = _spread(law, seeded.reshape(-1))
    if "zero" in arrays:
        facts["zero_reproduces"] = bool(np.array_equal(*arrays["zero"]))
    return facts, out


def _noise_given(law: str, facts: dict, arrays: dict) -> tuple[dict, dict]:
    """Of a function that hands noise on: how its noise is spread, for the noise itself."""
    noise = arrays["noise"]
    rest = {name: array for name, array in arrays.items() if name != "noise"}
    spread = bool(noise.size and np.isfinite(noise).all()) and _spread(law, noise)
    return {**facts, "spread": spread, "distinct": _distinct(noise)}, rest


def _spread(law: str, values: np.ndarray) -> bool:
    """Whether numbers are spread as a law says, as far as so many can tell."""
    fits = law_distance(law, values) <= draw_limit(values.size)
    return fits and all(off <= limit for off, limit in moment_distances(law, values))


def _distinct(values: np.ndarray) -> bool:
    ordered = np.sort(values)
    different = 1 + np.count_nonzero(ordered[1:] != ordered[:-1])
    return bool(different >= DISTINCT * values.size)


def _independent(values: np.ndarray, shape: list[int]) -> bool:
    """No correlation between neighbours along either axis."""
    if len(shape) != 2 or min(shape) < 2:
        return True
    table = values.reshape(shape).astype(np.float64)
    limit = CORRELATION / np.sqrt(values.size)
    for a, b in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        if a.std() == 0 or b.std() == 0 or abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > limit:
            return False
    return True


def law_distance(law: str, sample: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance of a sample to a distribution.

    Args:
        law: a key of LAWS.
        sample: (n,) float.
    """
    ordered = np.sort(sample).astype(np.float64)
    below = LAWS[law](ordered)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max(np.max(steps[1:] - below), np.max(below - steps[:-1])))


def moment_distances(law: str, sample: np.ndarray) -> list[tuple[float, float]]:
    """How far the means of x and of x squared are off, each with the limit for true draws.

    True draws exceed a limit with a chance below FALSE_ALARM, by Bernstein's inequality for bounded
    numbers and by Laurent and Massart 2000 (lemma 1) for squares of normal ones. The deviation of
    normal numbers shows here at a third of the error at which `law_distance` sees it.

    Args:
        law: a key of MOMENTS.
        sample: (n,) float.
    """
    x, t = sample.astype(np.float64), math.log(2 / FALSE_ALARM) / sample.size
    with np.errstate(invalid="ignore", over="ignore"):
        means = x.mean(), np.square(x).mean()
    return [
        (abs(found - mean), math.sqrt(2 * variance * t) + tail * t)
        for found, (mean, variance, tail) in zip(means, MOMENTS[law], strict=True)
    ]


def draw_limit(count: int, false_alarm: float = FALSE_ALARM) -> float:
    """Distance that `count` true draws exceed with a chance below `false_alarm`.

    The Dvoretzky-Kiefer-Wolfowitz bound with Massart's constant: sqrt(ln(2 / alpha) / (2 n)).
    """
    return float(np.sqrt(np.log(2 / false_alarm) / (2 * count)))
