"""Boil an observation down to what is judged and stored; only noise needs it.

Random draws differ every time, so they are summed up: quantiles, and facts about repetition.
"""

import numpy as np

QUANTILES = 101
DISTINCT = 0.9  # share of distinct numbers; float32 uniform draws of this size give over 0.99
CORRELATION = 6.0  # standard errors; false alarm 2e-9


def digest(kind: str, facts: dict, arrays: dict) -> tuple[dict, dict]:
    """(facts, arrays) in the form in which they are compared and stored."""
    return _noise(facts, arrays) if kind == "noise" else (facts, arrays)


def _noise(facts: dict, arrays: dict) -> tuple[dict, dict]:
    facts, out = dict(facts), {}
    if "large" in arrays and arrays["large"].size > 1:
        large = arrays["large"]
        facts["finite"] = bool(np.isfinite(large).all())
        if facts["finite"]:
            ordered = np.sort(large)
            places = np.linspace(0, large.size - 1, QUANTILES)
            out["quantiles"] = np.interp(places, np.arange(large.size), ordered)
            out["middle"] = out["quantiles"][QUANTILES // 10 : -QUANTILES // 10]
            facts["uniform"] = uniform_distance(ordered) <= uniform_limit(large.size)
            facts["distinct"] = _distinct(ordered)
            facts["independent"] = facts["distinct"] and _independent(large, facts["shape"])
    if "small" in arrays and arrays["small"].size:
        small = arrays["small"].reshape(-1)
        facts["small_uniform"] = uniform_distance(small) <= uniform_limit(small.size)
        facts["small_distinct"] = _distinct(small)
    if "seeded_again" in arrays:
        seeded = arrays["seeded"]
        facts["reproduces"] = bool(np.array_equal(seeded, arrays["seeded_again"]))
        facts["seeds_differ"] = _distinct(seeded.reshape(-1))
        facts["seeded_uniform"] = uniform_distance(seeded.reshape(-1)) <= uniform_limit(seeded.size)
    if "zero" in arrays:
        facts["zero_reproduces"] = bool(np.array_equal(*arrays["zero"]))
    return facts, out


def _distinct(values: np.ndarray) -> bool:
    different = 1 + np.count_nonzero(np.diff(np.sort(values)))
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


def uniform_distance(sample: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance of a sample to the uniform distribution on (-1, 1).

    Args:
        sample: (n,) float.
    """
    ordered = np.sort(sample).astype(np.float64)
    below = np.clip((ordered + 1) / 2, 0, 1)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max(np.max(steps[1:] - below), np.max(below - steps[:-1])))


def uniform_limit(count: int, false_alarm: float = 1e-7) -> float:
    """Distance that `count` truly uniform numbers exceed with a chance below `false_alarm`.

    The Dvoretzky-Kiefer-Wolfowitz bound with Massart's constant: sqrt(ln(2 / alpha) / (2 n)).
    """
    return float(np.sqrt(np.log(2 / false_alarm) / (2 * count)))
