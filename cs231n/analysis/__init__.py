"""Analyse trained generators: samples, quality, comparison and diagnosis."""

from .comparison import compare, show_narrowing
from .diagnosis import diagnose
from .nearest import show_nearest
from .orbit import check_orbit
from .quality import digit_quality, quality_of
from .sampling import draw_samples, images_of, paths, show_interpolation, truncated_noise

__all__ = [
    "check_orbit", "compare", "diagnose", "digit_quality", "draw_samples", "images_of", "paths",
    "quality_of", "show_interpolation", "show_narrowing", "show_nearest", "truncated_noise",
]  # fmt: skip
