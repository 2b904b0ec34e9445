"""Read submissions as data: the student's module and the answers, nothing else."""

__all__ = [
    "file_tree",
    "inline_answers",
    "locate",
    "reader",
    "timestamps",
]  # the modules for other packages
