"""Make an assignment: its cases, reference data, known mistakes, and the matrix that tests them."""

__all__ = [
    "cases",
    "matrix",
    "mistakes",
    "pairs",
    "references",
    "stability",
]  # the modules for other packages
