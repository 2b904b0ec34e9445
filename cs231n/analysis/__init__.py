"""What the trained networks draw: quality, comparison, diagnosis, and ways to look at samples."""

from .comparison import compare
from .diagnosis import diagnose
from .explore import show_interpolation, show_narrowing
from .latent import images_of, paths, truncated_noise
from .sampling import draw_samples

__all__ = [
    "compare", "diagnose", "draw_samples", "images_of", "paths", "show_interpolation",
    "show_narrowing", "truncated_noise",
]  # fmt: skip
