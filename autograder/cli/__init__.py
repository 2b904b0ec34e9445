"""The command line of the autograder, the only package that prints.

`main` runs a command line, `parser` defines it, `commands` contains one function for each command,
and `console` prints tables, messages and the progress bar.
"""

__all__ = ["main"]  # the modules for other packages
