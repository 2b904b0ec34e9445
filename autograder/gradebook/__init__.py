"""nbgrader's gradebook: connect to it, query it, and write marks into it."""

__all__ = [
    "backups",
    "bulk_writer",
    "connection",
    "deadlines",
    "late_penalties",
    "people",
    "queries",
]  # the modules for other packages
