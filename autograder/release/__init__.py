"""Build a course directory and the student's zip."""

__all__ = ["course", "demo_class"]  # the modules for other packages
