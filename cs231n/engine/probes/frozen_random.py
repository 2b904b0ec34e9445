"""Frozen numbers in tensors, and sketches: short summaries of tensors that are compared."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from cs231n.engine.frozen_stream import BLOCK, Wide, block_of, make_input, stream
from cs231n.engine.schema import Array

__all__ = ["Wide", "make_input", "sample_places", "sketch", "stream", "write_stream"]

CHUNK = 1 << 15  # numbers squared at a time: as many as stay in the cache
SAMPLES = 40  # entries of a large tensor that are compared, beside its norm


def write_stream(
    target: Tensor, seed: int, key: int, mean: float, std: float, wide: Wide | None = None
) -> None:
    """Write the numbers of `stream` into a tensor without a second copy of the repeated ones.

    Args:
        target: any shape and float dtype, contiguous; without gradient, or inside `no_grad`.
        seed: as in `stream`.
        key: as in `stream`.
        mean: as in `stream`.
        std: as in `stream`.
        wide: as in `stream`.
    """
    flat = target.view(-1)
    block = torch.from_numpy(block_of(seed, key, flat.numel(), mean, std, wide))
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
