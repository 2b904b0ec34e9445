"""Define every error whose message is written for the person at the command line.

A message reads: where: what was expected; what was found; what to do. The command line prints the
message of any `AutograderError` and exits; every other exception is a defect and shows a traceback.
The work on one submission is an exception to this: see `contain_failure`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_REASON = 200  # characters


class AutograderError(Exception):
    """The root of all errors that are reported as one line without a traceback."""


class AssignmentError(AutograderError):
    """An assignment's table, solution, mistakes or reference data cannot be used."""


class UsageError(AutograderError):
    """The command line cannot be understood; the message states what was expected."""


class CourseError(AutograderError):
    """The folder is not a course directory, or lacks what the command needs."""


class ReleaseError(AutograderError):
    """An assignment cannot be released; the message states which file to correct."""


class WorkerError(AutograderError):
    """A sandbox failed through no fault of the student's code, so nothing was observed."""


class StoreError(AutograderError):
    """The stored verdicts of a course cannot be read or written."""


class ClusterError(AutograderError):
    """The Dask cluster cannot be used."""


class GradebookError(AutograderError):
    """The gradebook cannot be read or written."""


class ClassListError(AutograderError):
    """A class list cannot be read, or does not fit the export."""


class NbgraderError(AutograderError):
    """nbgrader refused, or stopped with an error."""


@contextmanager
def contain_failure(report: Callable[[str], object]) -> Iterator[None]:
    """Turn an exception of the block into one line, so that a submission affects only itself.

    Every piece of work on one submission (read, judge, write, render) runs in such a block. An
    AutograderError passes through: it concerns the whole class.

    Args:
        report: called with the reason, if the block raises.
    """
    try:
        yield
    except AutograderError:
        raise
    except Exception as error:
        logging.getLogger("autograder").debug("contained failure", exc_info=True)
        report(reason_of(error))


def reason_of(error: Exception) -> str:
    """Return what an unexpected exception says, in one short line."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}"[:MAX_REASON]
