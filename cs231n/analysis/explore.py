"""What a trained generator has learnt: paths between two noise vectors, and narrower noise.

    show_interpolation(G)        # what lies between two images
    show_narrowing(G)            # fewer surprises, less variety

Many samples at once need no function of their own: `show_images(draw_samples(G, 400))`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cs231n.display import show_rows

from .quality import Quality, digit_quality
from .sampling import BATCH, SEED, draw_noise, generate, usual

WIDTHS = (1.0, 0.75, 0.5, 0.25)
AMONG = BATCH // 4  # out of the ordinary noise in a batch of ordinary noise


def interpolation(
    G: nn.Module, noise_dim: int = 96, rows: int = 5, steps: int = 10, seed: int = SEED
) -> Tensor:
    """Images along straight lines from one noise vector to another.

    Args:
        G: noise (N, noise_dim) -> images; left as it was.
        rows: how many pairs of noise vectors; steps: images from one end to the other.
        seed: of the noise.
    Returns:
        (rows, steps, 784) float32 in [-1, 1].
    """
    ends = draw_noise(2 * rows, noise_dim, seed).reshape(rows, 2, 1, noise_dim)
    way = torch.linspace(0, 1, steps)[:, None]  # (steps, 1)
    noise = (1 - way) * ends[:, 0] + way * ends[:, 1]  # (rows, steps, noise_dim)
    return generate(G, noise.flatten(0, 1), AMONG).reshape(rows, steps, 784)


def show_interpolation(
    G: nn.Module, noise_dim: int = 96, rows: int = 5, steps: int = 10, seed: int = SEED
) -> None:
    """Show `interpolation` in the notebook, one path per row; nothing outside of a notebook."""
    images = interpolation(G, noise_dim, rows, steps, seed)
    show_rows(images, [""] * rows, f"{rows} rows of {steps} images: each row leads from one "
              "generated image to another in small steps.")  # fmt: skip


@dataclass(frozen=True)
class Narrowing:
    """What noise from a narrower range gives.

    Attributes:
        widths: the noise is uniform in (-width, width).
        qualities: one for each width, of equally many samples.
        samples: (len(widths), 10, 784) float32 in [-1, 1].
    """

    widths: tuple[float, ...]
    qualities: tuple[Quality, ...]
    samples: Tensor

    @property
    def labels(self) -> list[str]:
        """One line for each width."""
        return [
            f"width {width:g}: clearly a digit {q.confident:.0%}, coverage {q.coverage:.0%}"
            for width, q in zip(self.widths, self.qualities, strict=True)
        ]


def narrowing(
    G: nn.Module, noise_dim: int = 96, widths: tuple[float, ...] = WIDTHS, count: int | None = None
) -> Narrowing:
    """Draw from a narrower and narrower range of noise, and measure what comes out.

    Args:
        G: noise (N, noise_dim) -> images; left as it was.
        widths: factors of the noise.
        count: samples per width, at least 100; None for 500 (200 in a trial run).
    """
    count = count or usual(500)
    noise = draw_noise(count, noise_dim)
    images = [generate(G, width * noise, AMONG) for width in widths]
    qualities = tuple(digit_quality(x) for x in images)
    return Narrowing(tuple(widths), qualities, torch.stack([x[:10] for x in images]))


def show_narrowing(
    G: nn.Module, noise_dim: int = 96, widths: tuple[float, ...] = WIDTHS, count: int | None = None
) -> None:
    """Show `narrowing` in the notebook, one width per row; nothing outside of a notebook."""
    found = narrowing(G, noise_dim, widths, count)
    show_rows(found.samples, found.labels, "Ten samples per width of the noise. "
              + "; ".join(found.labels) + ".")  # fmt: skip
