"""One thing that is wrong with one case."""

from dataclasses import dataclass

from cs231n.engine.schema import Finding

from .messages import say


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one case; what it leaves of the mark is looked up by its code."""

    code: str
    finding: Finding


def problem(code: str, details=(), **words) -> Problem:
    """A problem with the sentence of its code."""
    return Problem(code, say(code, details, **words))
