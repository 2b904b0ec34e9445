"""Import the submissions of a class from a learning platform, and write its feedback for the way back."""

from .collect import Collected, CollectError, collect

__all__ = ["CollectError", "Collected", "collect"]
