"""Feedback pages for students, and the class report for instructors.

`load` reads a graded class into the records of `models`; `feedback` and `class_report` render them.
"""

__all__ = ["class_report", "feedback", "load", "models"]  # the modules for other packages
