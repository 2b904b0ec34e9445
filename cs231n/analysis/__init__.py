"""Analyse trained generators: samples, quality, comparison and diagnosis."""

from .comparison import compare, show_narrowing
from .diagnosis import diagnose
from .quality import digit_quality, quality_of
from .sampling import draw_samples, images_of, paths, show_interpolation, truncated_noise

__all__ = [
    "compare", "diagnose", "digit_quality", "draw_samples", "images_of", "paths", "quality_of",
    "show_interpolation", "show_narrowing", "truncated_noise",
]  # fmt: skip
