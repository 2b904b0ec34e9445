"""nbgrader's gradebook: connect to it, query it, and write marks into it."""

__all__ = ["bulk_writer", "connection", "people", "queries"]  # the modules for other packages
