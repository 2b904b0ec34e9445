"""Things to try with a trained generator that takes normal noise: the truncation trick, paths.

Images come from the generator in eval mode, where BatchNorm uses the statistics of the training:
noise out of the ordinary must not change what is ordinary.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

Noise = Callable[..., Tensor]
TRIES = 1_000


def truncated_noise(get_noise: Noise, count: int, z_dim: int, limit: float, device="cpu") -> Tensor:
    """Noise without its tails: every number beyond `limit` is drawn again until none is left.

    Args:
        get_noise: (n_samples, z_dim, device) -> standard normal noise.
        limit: largest size that a number may have; small values give typical images.
    Returns:
        (count, z_dim) in [-limit, limit].
    Raises:
        ValueError: no numbers within the limit come, however often they are drawn.
    """
    noise = get_noise(count, z_dim, device=device)
    for _ in range(TRIES):
        outside = noise.abs() > limit
        if not outside.any():
            return noise
        noise = torch.where(outside, get_noise(count, z_dim, device=device), noise)
    raise ValueError(
        f"truncated_noise: expected numbers within {limit} among {TRIES:,} draws; found places "
        "without any; take a larger limit, or look at get_noise"
    )


def paths(gen: nn.Module, ends: Tensor, steps: int = 5) -> Tensor:
    """Images along straight lines between two noise vectors.

    Args:
        gen: (N, z_dim) -> (N, im_dim); left as it was.
        ends: (2, rows, z_dim): where each line begins and ends.
        steps: images from one end to the other.
    Returns:
        (rows * steps, im_dim), line after line.
    """
    way = torch.linspace(0, 1, steps, device=ends.device)[:, None]  # (steps, 1)
    start, end = ends[0][:, None], ends[1][:, None]  # (rows, 1, z_dim)
    noise = (1 - way) * start + way * end  # (rows, steps, z_dim)
    return images_of(gen, noise.flatten(0, 1))


def images_of(gen: nn.Module, noise: Tensor) -> Tensor:
    """(N, z_dim) -> (N, im_dim): what the generator makes of noise, in eval mode."""
    with torch.no_grad(), _in_eval_mode(gen):
        return gen(noise)


@contextmanager
def _in_eval_mode(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
