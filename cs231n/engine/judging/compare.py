"""Compare arrays within the tolerance that float32 arithmetic needs.

The tolerances are derived in docs/tolerance.md from runs in float32 and float64, with one and
two threads and several versions of torch.
"""

import numpy as np

from cs231n.engine.schema import MAX_PAIRINGS, Array, Arrays, NetworkFacts, Observation

TOLERANCE = {
    "network": 1e-3, "loss": 1e-6, "optimizer": 1e-4, "noise": 4e-2, "adversarial": 2e-4,
}  # fmt: skip
# Of a gradient over many images, as a whole: some ReLU always is so close to zero that rounding
# changes its side, which moves single entries.
LOOSE = 5e-2
GRADIENT_FLOOR = 1e-3  # of the largest gradient: below it, float32 noise is all there is


def deviation(got: Array, want: Array, floor: float = 0.0) -> float:
    """Return the largest difference of two arrays, relative to the size of the expected one.

    Args:
        got: float, the array found.
        want: float, the array expected.
        floor: smallest size to compare with, for arrays that should be zero.
    Returns:
        The ratio; inf if shapes differ, or if other entries are infinite or NaN than expected.
    """
    if got.shape != want.shape:
        return float("inf")
    comparable = np.isfinite(want) | np.isfinite(got)  # the others must be the same inf or NaN
    if not np.array_equal(got[~comparable], want[~comparable], equal_nan=True):
        return float("inf")
    got, want = got[comparable], want[comparable]
    if not (np.isfinite(got).all() and np.isfinite(want).all()):
        return float("inf")
    if not want.size:
        return 0.0
    scale = max(float(np.sqrt(np.mean(np.square(want, dtype=np.float64)))), floor, 1e-30)
    return float(np.abs(got.astype(np.float64) - want).max()) / scale


def floors(kind: str, want: Arrays) -> dict[str, float]:
    """Return the smallest scale that each array is compared with.

    In a network a gradient is compared relative to the largest one. In a loss float32 makes an
    absolute error: a sigmoid close to 1 leaves little of 1 - sigmoid. So values are compared with
    0.1 at least, gradients with 1 / N.
    """
    if kind == "loss":
        return {n: 0.1 if n == "value" else 1 / max(1, a.size) for n, a in want.items()}
    gradients = [n for n in want if n.startswith("gradient/") and want[n].size]
    sizes = [float(np.abs(want[n]).max()) for n in gradients]
    value = {"value": 0.1} if kind == "adversarial" else {}
    return value | {n: GRADIENT_FLOOR * max(sizes) for n in gradients}


def distance(got: Array, want: Array, floor: float = 0.0) -> float:
    """Return the norm of the difference of two arrays, relative to that of the expected one.

    Args:
        got: the array that was found.
        want: the expected one.
        floor: smallest size of an entry to compare with.
    """
    if got.shape != want.shape or not (np.isfinite(got).all() and np.isfinite(want).all()):
        return float("inf")
    scale = max(float(np.linalg.norm(want)), floor * float(np.sqrt(want.size)), 1e-30)
    return float(np.linalg.norm(got.astype(np.float64) - want)) / scale


def differing(
    kind: str, got: Arrays, want: Arrays, share: float = 1.0, *, loose: bool = False
) -> list[str]:
    """Return the names of the expected arrays that are absent or differ, in the order of `want`.

    Args:
        kind: of the probe; sets tolerance and smallest scales.
        got: name -> array found.
        want: name -> array expected.
        share: of the tolerance that is allowed.
        loose: compare gradients as a whole.
    """
    floor, limit = floors(kind, want), share * TOLERANCE[kind]

    def differs(name: str) -> bool:
        smallest = floor.get(name, 0.0)
        if loose and name.startswith("gradient/"):
            return distance(got[name], want[name], smallest) > share * LOOSE
        return deviation(got[name], want[name], smallest) > limit

    return [name for name in want if name not in got or differs(name)]


def split_alternatives(seen: Observation) -> list[Arrays]:
    """Return the arrays of each way to pair a network's parameters, the natural one first."""
    common = {k: v for k, v in seen.arrays.items() if not k.startswith("alternative")}
    readings = [common]
    count = seen.facts.alternatives if isinstance(seen.facts, NetworkFacts) else 0
    for index in range(1, min(count, MAX_PAIRINGS) + 1):
        prefix = f"alternative{index}/"
        own = {k[len(prefix) :]: v for k, v in seen.arrays.items() if k.startswith(prefix)}
        readings.append({**common, **own})
    return readings
