"""Frozen number streams: the same seed gives the same inputs and weights on every machine.

`numpy.random.RandomState` is frozen by NumPy's compatibility policy (NEP 19), so neither inputs
nor weights have to be stored: a probe names a seed and a scale.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from cs231n.engine.schema import Array, Stream, Values

BLOCK = 100_003  # prime, so that no two rows of a repeated block are alike
CHUNK = 1 << 15  # numbers squared at a time: as many as stay in the cache
SAMPLES = 40  # entries of a large tensor that are compared, beside its norm


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
        mean, std: float: mean and standard deviation of the underlying uniform numbers.
    Returns:
        `shape` float32.
    """
    count = math.prod(shape)
    start = (key * 9_973) % BLOCK
    block = _block(seed)[start : start + min(count, BLOCK)]
    block = (mean + std * np.sqrt(3.0) * block).astype(np.float32)
    return np.resize(block, tuple(shape)) if count > BLOCK else block.reshape(tuple(shape))


def write_stream(target: Tensor, seed: int, key: int, mean: float, std: float) -> None:
    """Write the numbers of `stream` into a tensor without a second copy of the repeated ones.

    Args:
        target: any shape and float dtype, contiguous; without gradient, or inside `no_grad`.
    """
    flat = target.view(-1)
    block = torch.from_numpy(stream(seed, key, (min(flat.numel(), BLOCK),), mean, std))
    whole = flat.numel() // BLOCK * BLOCK
    if whole:
        flat[:whole].view(-1, BLOCK).copy_(block)
    flat[whole:].copy_(block[: flat.numel() - whole])


@lru_cache(maxsize=256)
def sample_places(count: int) -> Array:
    """Return the indices of the entries that a sketch of `count` elements holds, ascending."""
    if count <= SAMPLES:
        return np.arange(count)
    places = np.random.RandomState(count % 2**32).randint(0, count, SAMPLES)
    return np.array(sorted(set(places.tolist())))  # np.unique would import masked arrays


def sketch(flat: Array) -> Array:
    """Return a summary of a tensor: sampled entries, then the root mean square of all entries.

    Args:
        flat: (n,) float.
    Returns:
        (k + 1,) float64, k <= 40.
    """
    parts = (flat[at : at + CHUNK] for at in range(0, flat.size, CHUNK))
    # not `part @ part`: the first product of a forked process costs as much as ten gradients
    squares = sum(float(np.einsum("i,i->", part, part)) for part in parts)
    rms = np.sqrt(squares / max(flat.size, 1))
    return np.append(flat[sample_places(flat.size)].astype(np.float64), rms)


def make_input(spec: Values | Stream) -> Array:
    """Return the array that a case describes, of its dtype."""
    if isinstance(spec, Values):
        return np.array(spec.values, dtype=spec.dtype)
    return stream(spec.seed, spec.key, spec.shape, spec.mean, spec.std).astype(spec.dtype)
