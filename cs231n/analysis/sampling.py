"""Draw samples of a trained generator and leave it unchanged.

    show_images(draw_samples(G, 400))   # many samples at once
    show_interpolation(G)               # what lies between two samples

Two kinds of noise occur. The generators of GANs-PyTorch use noise uniform in (-1, 1) and stay in
train mode, as in training: `generate`. The generator of First-GAN uses normal noise and eval mode,
where BatchNorm uses the statistics of the training: `images_of`.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cs231n.display import show_rows
from cs231n.runtime import short_run, step_limit
from cs231n.training.guards import unchanged

BATCH = 128  # as in training: BatchNorm uses the statistics of the current batch
UNUSUAL = BATCH // 4  # vectors of unusual noise in a batch of ordinary noise
SEED = 231
SAMPLES = 5_000  # of a generator, to measure it
TRIAL_SAMPLES, TRIAL_STEPS = 200, 200  # samples in a trial run; a shorter run is a trial run
MAX_DRAWS = 1_000

Noise = Callable[..., Tensor]


def sample_count() -> int:
    """Return the number of samples that are measured: 5,000, or 200 in a trial run.

    All measurements of a generator use the same number, so that their results agree. A trial run is
    one with GANS_SHORT below 200 steps.
    """
    limit = step_limit()
    return TRIAL_SAMPLES if limit and limit < TRIAL_STEPS else SAMPLES


def count_note(count: int) -> str:
    """Say how many samples were measured, and whether GANS_SHORT is the reason."""
    reason = f", because {short_run()}" if short_run() and count == TRIAL_SAMPLES else ""
    return f"Measured on {count:,} samples{reason}."


def draw_noise(count: int, noise_dim: int = 96, seed: int = SEED) -> Tensor:
    """Return (count, noise_dim) float32 uniform in (-1, 1), the same for the same seed."""
    source = torch.Generator().manual_seed(seed)
    return torch.empty(count, noise_dim).uniform_(-1, 1, generator=source)


def truncated_noise(get_noise: Noise, count: int, z_dim: int, limit: float, device="cpu") -> Tensor:
    """Draw noise without tails: draw every number beyond `limit` again until it is within.

    Args:
        get_noise: (n_samples, z_dim, device) -> standard normal noise.
        count: number of vectors.
        z_dim: length of a vector.
        limit: largest absolute value of a number; small values make typical images.
        device: of the noise.
    Returns:
        (count, z_dim) in [-limit, limit].
    Raises:
        ValueError: after 1,000 draws some numbers are still beyond the limit.
    """
    noise = get_noise(count, z_dim, device=device)
    for _ in range(MAX_DRAWS):
        outside = noise.abs() > limit
        if not outside.any():
            return noise
        noise = torch.where(outside, get_noise(count, z_dim, device=device), noise)
    raise ValueError(
        f"truncated_noise: expected numbers within {limit} after {MAX_DRAWS:,} draws; found some "
        "beyond it; use a larger limit, or check get_noise"
    )


def draw_samples(G: nn.Module, count: int, noise_dim: int = 96, seed: int = SEED) -> Tensor:
    """Return images of a generator for `count` noise vectors, (count, 784) float32 on the CPU."""
    return generate(G, draw_noise(count, noise_dim, seed))


def generate(G: nn.Module, noise: Tensor, rows_per_batch: int = BATCH) -> Tensor:
    """Return the images of a generator in train mode and leave the generator unchanged.

    Args:
        G: noise (N, noise_dim) -> images (N, 784) or (N, 1, 28, 28), on any device.
        noise: (N, noise_dim) float, for any N.
        rows_per_batch: rows of `noise` in a batch of 128; ordinary noise fills the rest. Use fewer
            for unusual noise: if a whole batch is unusual, BatchNorm normalises that away.
    Returns:
        (N, 784) float32 on the CPU.
    """
    weights, parts = next(G.parameters()), []
    with torch.no_grad(), unchanged(G):
        G.train()
        for i, rows in enumerate(noise.split(rows_per_batch)):
            filler = draw_noise(BATCH - len(rows), noise.shape[1], SEED + 1 + i)
            images = G(torch.cat([rows, filler]).to(weights)).float().cpu()
            parts.append(images.reshape(BATCH, -1)[: len(rows)])
    return torch.cat(parts)


def images_of(gen: nn.Module, noise: Tensor) -> Tensor:
    """Return the images (N, im_dim) of a generator in eval mode and leave the generator unchanged.

    Args:
        gen: (N, z_dim) -> (N, im_dim).
        noise: (N, z_dim), on the generator's device.
    """
    with torch.no_grad(), unchanged(gen):
        gen.eval()
        return gen(noise)


def noise_paths(ends: Tensor, steps: int) -> Tensor:
    """Return points on straight lines between noise vectors, (rows, steps, z_dim).

    Args:
        ends: (2, rows, z_dim): the first and the last point of each line.
        steps: points per line, both ends included.
    """
    t = torch.linspace(0, 1, steps, device=ends.device)[:, None]  # (steps, 1)
    start, end = ends[0][:, None], ends[1][:, None]  # (rows, 1, z_dim)
    return (1 - t) * start + t * end


def paths(gen: nn.Module, ends: Tensor, steps: int = 5) -> Tensor:
    """Return images along straight lines between noise vectors, in eval mode (First-GAN).

    Args:
        gen: (N, z_dim) -> (N, im_dim); it is left unchanged.
        ends: (2, rows, z_dim): the first and the last noise vector of each line.
        steps: images per line.
    Returns:
        (rows * steps, im_dim), line after line.
    """
    return images_of(gen, noise_paths(ends, steps).flatten(0, 1))


def interpolation(
    G: nn.Module, noise_dim: int = 96, rows: int = 5, steps: int = 10, seed: int = SEED
) -> Tensor:
    """Return images along straight lines between noise vectors, in train mode.

    Args:
        G: noise (N, noise_dim) -> images; it is left unchanged.
        noise_dim: length of a noise vector.
        rows: number of lines.
        steps: images per line.
        seed: of the noise at both ends.
    Returns:
        (rows, steps, 784) float32 in [-1, 1].
    """
    ends = draw_noise(2 * rows, noise_dim, seed).reshape(rows, 2, noise_dim).transpose(0, 1)
    noise = noise_paths(ends, steps)  # (rows, steps, noise_dim)
    return generate(G, noise.flatten(0, 1), UNUSUAL).reshape(rows, steps, 784)


def show_interpolation(
    G: nn.Module, noise_dim: int = 96, rows: int = 5, steps: int = 10, seed: int = SEED
) -> None:
    """Show `interpolation` in the notebook, one line per row; do nothing outside a notebook."""
    images = interpolation(G, noise_dim, rows, steps, seed)
    labels = [f"line {row}" for row in range(1, rows + 1)]
    labels[0] += ": from one noise vector (left) in equal steps to another (right)"
    show_rows(images, labels, f"{rows} rows of {steps} images: each row leads from one "
              "generated image to another in small steps.")  # fmt: skip
