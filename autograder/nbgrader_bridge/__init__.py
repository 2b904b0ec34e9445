"""nbgrader's commands, converters and formgrader on the pipeline of this project."""

__all__ = ["apps", "late_penalty_settings", "plugin"]  # the modules for other packages
