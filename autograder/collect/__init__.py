"""Import the submissions of a class from a learning platform, and pack its feedback for there."""

from .collect import Collected, CollectError, collect

__all__ = ["CollectError", "Collected", "collect"]
