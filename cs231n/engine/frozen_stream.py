"""Frozen number streams: the same seed gives the same inputs and weights on every machine.

`numpy.random.RandomState` is frozen by NumPy's compatibility policy (NEP 19), so neither inputs
nor weights have to be stored: a case names a seed and a scale. Judging needs them too, so this
module does not import torch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .schema import Array, Stream, Values

BLOCK = 100_003  # prime, so that no two rows of a repeated block are alike


@lru_cache(maxsize=64)
def _block(seed: int) -> Array:
    values = np.random.RandomState(seed).uniform(-1.0, 1.0, BLOCK)
    values = np.concatenate([values, values])  # so that any start has a whole block after it
    values.flags.writeable = False
    return values


@dataclass(frozen=True)
class Wide:
    """Which numbers of a tensor are large.

    Attributes:
        reach: the largest size; all smaller ones occur.
        every: distance from one large number to the next.
    """

    reach: float
    every: int


def stream(
    seed: int,
    key: int,
    shape: Sequence[int],
    mean: float = 0.0,
    std: float = 1.0,
    wide: Wide | None = None,
) -> Array:
    """Return numbers that depend on (seed, key, shape) alone, roughly uniform around `mean`.

    Args:
        seed: int in [0, 2**32): which block of numbers.
        key: int: where in the block to start; one per tensor.
        shape: of the result.
        mean: of the underlying uniform numbers.
        std: standard deviation of the underlying uniform numbers.
        wide: some of the numbers are larger.
    Returns:
        `shape` float32.
    """
    count = math.prod(shape)
    block = block_of(seed, key, count, mean, std, wide)
    return np.resize(block, tuple(shape)) if count > BLOCK else block.reshape(tuple(shape))


def block_of(
    seed: int, key: int, count: int, mean: float, std: float, wide: Wide | None = None
) -> Array:
    """Return the numbers that `stream` repeats for `count` ones: (min(count, BLOCK),) float32."""
    start = (key * 9_973) % BLOCK
    drawn = _block(seed)[start : start + min(count, BLOCK)]
    block: Array = (mean + std * np.sqrt(3.0) * drawn).astype(np.float32)
    if wide is not None:
        some = drawn[:: wide.every]
        block[:: wide.every] = wide.reach * some * np.square(some)
    return block


def make_input(spec: Values | Stream) -> Array:
    """Return the array that a case describes, of its dtype."""
    if isinstance(spec, Values):
        return np.array(spec.values, dtype=spec.dtype)
    return stream(spec.seed, spec.key, spec.shape, spec.mean, spec.std).astype(spec.dtype)
