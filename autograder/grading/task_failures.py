"""Describe what goes wrong in a run (time-outs, lost tasks, malformed answers); redact facts."""

import builtins
import json
import re
import time
from dataclasses import replace

from autograder.config import Limits
from autograder.sandbox import Outcome, Run, SandboxLimits
from cs231n.engine.judging import import_failure
from cs231n.engine.schema import ErrorFacts, Lost, Observation

# Class names that reveal nothing but a type, beside Python's own.
TORCH_NAMES = """
    Tensor Parameter Module Sequential ModuleList ModuleDict ParameterList Linear Conv2d
    ConvTranspose2d BatchNorm1d BatchNorm2d LeakyReLU ReLU Tanh Sigmoid Flatten Unflatten MaxPool2d
    Adam AdamW SGD RMSprop ndarray float32 float64
"""
HARMLESS_TYPES = frozenset(["NoneType", *TORCH_NAMES.split()])
QUOTED_WORDS = {  # facts that a finding quotes -> the form they must have
    "device": re.compile(r"(cpu|cuda|mps|xpu|meta)(:\d)?"),
    "dtype": re.compile(r"torch\.(b?float|u?int|complex|bool)\d{0,3}"),
}
NUMBERS = re.compile(r"[\d\[\], ]{1,60}")  # a number, a shape, several shapes
QUOTED_NUMBERS = ("batch", "children", "shape", "out_shape", "small_shape", "noise_shapes")


class TimeBudget:
    """The time that one submission may use, in however many processes its tasks run."""

    def __init__(self, limits: Limits):
        self._limits, self._end = limits, time.monotonic() + limits.total_s

    def is_over(self) -> bool:
        """Return whether too little time is left for another process."""
        return time.monotonic() > self._end - 1

    def limits(self) -> SandboxLimits:
        """Return the limits for the next process."""
        left = max(1.0, self._end - time.monotonic())
        wall_s = min(self._limits.wall_s, round(left, 1))
        return SandboxLimits.from_table(replace(self._limits, wall_s=wall_s).to_json())

    def describe_unreached_task(self) -> Lost:
        """Return the description of a task for which no time was left."""
        limit = f"{self._limits.total_s:g} s for all tasks together"
        return Lost(outcome=Outcome.WALL, code="timed_out", words={"limit": limit})


def describe_lost_task(run: Run) -> Lost:
    """Return the description of a task whose process ended before its answer."""
    if run.outcome.is_time_limit:
        limit = run.how.removeprefix("more than ")
        return Lost(outcome=run.outcome, code="timed_out", words={"limit": limit})
    reasons = {
        Outcome.OUTPUT: "it printed too much: ",
        Outcome.MALFORMED: "it sent a forged answer: ",
        Outcome.MEMORY: "it took ",
    }
    how = reasons.get(run.outcome, "") + run.how
    return Lost(outcome=run.outcome, code="stopped", words={"how": how})


def describe_unloadable(error: object) -> Lost:
    """Return the description for every task of a file that cannot be imported.

    Args:
        error: what the student's process reports about the exception.
    """
    try:
        return import_failure(ErrorFacts.from_json(error))
    except Exception as why:  # a student's process may send any facts
        return describe_malformed(why)


def describe_malformed(error: Exception) -> Lost:
    """Return the description of an answer that cannot be understood."""
    how = f"its answer makes no sense ({type(error).__name__})"
    return Lost(outcome=Outcome.MALFORMED, code="stopped", words={"how": how})


def redact(observation: Observation) -> Observation:
    """Return an observation of a hidden case without the student's own names.

    Such names may hold figures of the case.

    Raises:
        ValueError: a fact that a finding would quote has a form that no probe produces.
    """
    facts = observation.facts
    record = facts.to_json()
    for name, form in QUOTED_WORDS.items():
        if name in record and not form.fullmatch(record[name]):
            raise ValueError(name)
    for name in QUOTED_NUMBERS:
        if name in record and not NUMBERS.fullmatch(json.dumps(record[name])):
            raise ValueError(name)
    if facts.error is not None:
        known = facts.error.type if hasattr(builtins, facts.error.type) else "Exception"
        facts = replace(facts, error=replace(facts.error, type=known, raised_in=None))
    if facts.returned is not None and facts.returned not in HARMLESS_TYPES:
        known = facts.returned if hasattr(builtins, facts.returned) else "object"
        facts = replace(facts, returned=known)
    return Observation(facts, observation.arrays)
