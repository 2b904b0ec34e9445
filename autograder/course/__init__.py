"""Grade a course: the one pipeline behind every command and button that grades."""

__all__ = ["accept_suggested", "doctor", "grade", "undo"]  # the modules for other packages
