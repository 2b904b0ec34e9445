"""nbgrader's commands, converters and formgrader on the pipeline of this project."""

__all__ = ["apps", "plugin"]  # the modules for other packages
