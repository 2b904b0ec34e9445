"""Measure how good generated digits are.

    quality_of(G)                # draw 5,000 samples of a generator and measure them
    digit_quality(images)        # measure the images given

Images are compared by the 64 features that a small digit classifier computes (`classifier.py`).
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.data import load_mnist

from .classifier import describe, reference
from .sampling import draw_samples

CONFIDENT = 0.9  # probability from which an image counts as clearly one digit
PRESENT = 0.02  # share from which a digit counts as drawn
MIN_COUNT = 100  # fewer samples say little
NEIGHBOURS = 5  # coverage: a real digit's radius reaches to this neighbour
COVERAGE_COUNT = 2_000  # coverage: as many real digits, and at most as many samples


@dataclass(frozen=True)
class Quality:
    """The quality of a set of images.

    Attributes:
        count: number of images measured. Compare equal counts only.
        frechet: Fréchet distance between their features and those of real digits, in percent of
            the variance of the latter; 0 is perfect.
        confident: share of images that the classifier finds to be clearly one digit.
        coverage: share of 2,000 real digits that have an image near them.
        shares: (10,) share of each digit, by the classifier's best guess.
    """

    count: int
    frechet: float
    confident: float
    coverage: float
    shares: tuple[float, ...]

    @property
    def digits(self) -> int:
        """Number of the ten digits that make up at least 2% of the images each."""
        return sum(share >= PRESENT for share in self.shares)

    def __repr__(self) -> str:
        shares = ", ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(self.shares))
        lines = [f"{name}: {value} ({meaning})" for name, value, meaning in self.rows()]
        return "\n".join([f"Quality of {self.count:,} images", *lines, f"share of each: {shares}"])

    def _repr_html_(self) -> str:
        row = "<tr><th style='text-align:left'>{}</th><td>{}</td><td>{}</td></tr>"
        rows = [row.format(*map(escape, cells)) for cells in self.rows()]
        shares = " ".join(f"{digit}:&nbsp;{share:.0%}" for digit, share in enumerate(self.shares))
        rows.append(row.format("share of each", shares, "best guess of the classifier"))
        caption = f"<caption>Quality of {self.count:,} images</caption>"
        return f"<table>{caption}{''.join(rows)}</table>"

    def rows(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each number, as text."""
        return [
            (
                "Fréchet distance",
                f"{self.frechet:.2f}",
                "from real digits, in percent of their variance; 0 is perfect",
            ),
            ("clearly a digit", f"{self.confident:.0%}", "of the images"),
            ("coverage", f"{self.coverage:.0%}", "of real digits have an image near them"),
            ("digits drawn", f"{self.digits} of 10", "each at least 2% of the images"),
        ]


def digit_quality(images) -> Quality:
    """Measure images against real digits.

    Args:
        images: (N, 784), (N, 28, 28) or (N, 1, 28, 28), N >= 100, tensor or array: uint8 in
            [0, 255], or float in [0, 1], or in [-1, 1] if there are values below zero.
    Returns:
        Their `Quality`. The Fréchet distance is that of Heusel et al. 2017 (arXiv:1706.08500), but
        with the features of this project's classifier instead of Inception's: its values cannot be
        compared with published ones. Coverage is that of Naeem et al. 2020 (arXiv:2002.09797) with
        5 neighbours, over 2,000 real digits and the first 2,000 images.
    Raises:
        ValueError: the shape or range is wrong, a pixel is NaN, or there are too few images.
    """
    features, probabilities = describe(as_pixels(images))
    _, mean, covariance = reference()
    distance = frechet_distance(features.mean(axis=0), np.cov(features.T), mean, covariance)
    guesses = np.bincount(probabilities.argmax(axis=1), minlength=10) / len(features)
    return Quality(
        count=len(features),
        frechet=float(100 * distance / np.trace(covariance)),
        confident=float((probabilities.max(axis=1) >= CONFIDENT).mean()),
        coverage=coverage(features[:COVERAGE_COUNT], *_real_neighbours()),
        shares=tuple(guesses.tolist()),
    )


def quality_of(G: nn.Module, noise_dim: int = 96, count: int = 5_000) -> Quality:
    """Measure a generator by `count` samples of the same fixed noise.

    Args:
        G: noise (N, noise_dim) -> images; used in train mode and left unchanged.
        noise_dim: length of its noise vectors, uniform in (-1, 1).
        count: number of samples; 5,000 take about three seconds for a small generator.
    """
    return digit_quality(draw_samples(G, count, noise_dim))


def as_pixels(images) -> Tensor:
    """Convert images as `digit_quality` accepts them to (N, 1, 28, 28) float32 in [0, 1], CPU."""
    x = images.detach().cpu() if isinstance(images, Tensor) else torch.from_numpy(np.array(images))
    if x.ndim < 2 or x.numel() != len(x) * 784 or len(x) < MIN_COUNT:
        raise ValueError(
            f"digit_quality: expected at least {MIN_COUNT} images of shape (N, 784) or "
            f"(N, 1, 28, 28); found {tuple(x.shape)}; reshape them or draw more"
        )
    x = x.reshape(-1, 1, 28, 28)
    if x.dtype == torch.uint8:
        return x.float() / 255
    x = x.float()
    bad = int((~x.isfinite()).flatten(1).any(dim=1).sum())
    if bad:
        raise ValueError(
            f"digit_quality: expected finite pixels; found NaN or infinity in {bad:,} of "
            f"{len(x):,} images; the generator does not recover from this: build and train it again"
        )
    low, high = x.min().item(), x.max().item()
    if low < -1.001 or high > 1.001:
        raise ValueError(
            "digit_quality: expected pixels in [-1, 1] or [0, 1], or uint8; "
            f"found values from {low:.3g} to {high:.3g}; does the generator end with Tanh?"
        )
    return ((x + 1) / 2 if low < 0 else x).clamp(0, 1)


def frechet_distance(mean_a, covariance_a, mean_b, covariance_b) -> float:
    """Return the Fréchet distance of two normal distributions (squared, as is usual).

    |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)), by Dowson and Landau 1982.

    Args:
        mean_a: (d,) float64: mean of the first distribution.
        covariance_a: (d, d) float64, symmetric; it may be singular.
        mean_b: (d,) float64: mean of the second distribution.
        covariance_b: (d, d) float64, symmetric; it may be singular.
    """
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    # C_a C_b has the eigenvalues of the symmetric R C_b R, where R is the root of C_a
    shared = np.linalg.eigvalsh(root @ covariance_b @ root).clip(0)
    trace = np.trace(covariance_a) + np.trace(covariance_b) - 2 * np.sqrt(shared).sum()
    return float(max(((mean_a - mean_b) ** 2).sum() + trace, 0.0))


def coverage(features: np.ndarray, real: Tensor, radii: Tensor) -> float:
    """Return the share of real digits with an image nearer than their fifth real neighbour.

    Args:
        features: (N, d) float64 of the images.
        real: (M, d) float64 of real digits.
        radii: (M,) float64: distance of each real digit to its fifth real neighbour.
    """
    nearest = torch.cdist(real, torch.from_numpy(features)).min(dim=1).values
    return (nearest < radii).double().mean().item()


@lru_cache(maxsize=1)
def _real_neighbours() -> tuple[Tensor, Tensor]:
    """Return features (2000, d) of real validation digits, and the radius (2000,) of each."""
    digits = load_mnist(source="sample").val_images[:COVERAGE_COUNT]
    real = torch.from_numpy(describe(digits.float() / 255)[0])
    distances = torch.cdist(real, real).fill_diagonal_(torch.inf)
    return real, distances.kthvalue(NEIGHBOURS, dim=1).values
