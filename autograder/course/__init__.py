"""Grade a course: the one pipeline behind every command and button that grades."""

__all__ = ["doctor", "grade", "undo"]  # the modules for other packages
