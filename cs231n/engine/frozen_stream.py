"""Frozen number streams: the same seed gives the same inputs and weights on every machine.

`numpy.random.RandomState` is frozen by NumPy's compatibility policy (NEP 19), so neither inputs
nor weights have to be stored: a case names a seed and a scale. Judging needs them too, so this
module does not import torch.
"""

import math
from collections.abc import Sequence
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


def stream(seed: int, key: int, shape: Sequence[int], mean: float = 0.0, std: float = 1.0) -> Array:
    """Return numbers that depend on (seed, key, shape) alone, roughly uniform around `mean`.

    Args:
        seed: int in [0, 2**32): which block of numbers.
        key: int: where in the block to start; one per tensor.
        shape: of the result.
        mean: of the underlying uniform numbers.
        std: standard deviation of the underlying uniform numbers.
    Returns:
        `shape` float32.
    """
    count = math.prod(shape)
    start = (key * 9_973) % BLOCK
    block = _block(seed)[start : start + min(count, BLOCK)]
    block = (mean + std * np.sqrt(3.0) * block).astype(np.float32)
    return np.resize(block, tuple(shape)) if count > BLOCK else block.reshape(tuple(shape))


def make_input(spec: Values | Stream) -> Array:
    """Return the array that a case describes, of its dtype."""
    if isinstance(spec, Values):
        return np.array(spec.values, dtype=spec.dtype)
    return stream(spec.seed, spec.key, spec.shape, spec.mean, spec.std).astype(spec.dtype)
