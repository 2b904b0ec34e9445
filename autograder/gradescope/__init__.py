"""Grading on Gradescope.

`build_zip` builds the autograder zip, `run` is the program that runs in Gradescope's container, and
`container/` holds the two scripts that Gradescope starts.
"""

__all__ = ["build_zip", "run"]  # the modules for other packages
