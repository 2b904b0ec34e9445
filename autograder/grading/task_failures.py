"""What the runs of a worker mean for a submission: its time, what was lost, what may be shown."""

import builtins
import json
import re
import time
from dataclasses import replace

from autograder.config import Limits
from autograder.sandbox import Outcome, Run, SandboxLimits
from cs231n.engine.judging.unreadable import import_code, import_words, source_lines

# Names of classes that say nothing but what they are, beside Python's own.
NAMES = """
    Tensor Parameter Module Sequential ModuleList ModuleDict ParameterList Linear Conv2d
    ConvTranspose2d BatchNorm1d BatchNorm2d LeakyReLU ReLU Tanh Sigmoid Flatten Unflatten MaxPool2d
    Adam AdamW SGD RMSprop ndarray float32 float64
"""
KNOWN = frozenset(["NoneType", *NAMES.split()])
WORDS = {  # facts that a finding quotes -> what they can be
    "device": re.compile(r"(cpu|cuda|mps|xpu|meta)(:\d)?"),
    "dtype": re.compile(r"torch\.(b?float|u?int|complex|bool)\d{0,3}"),
}
FIGURES = re.compile(r"[\d\[\], ]{1,60}")  # a number, a shape, a few shapes
QUOTED = ("batch", "children", "shape", "out_shape", "small_shape", "noise_shapes")


class Clock:
    """What one submission may take in all, however many processes its tasks need."""

    def __init__(self, limits: Limits):
        self._limits, self._end = limits, time.monotonic() + limits.total_s

    def is_over(self) -> bool:
        return time.monotonic() > self._end - 1

    def limits(self) -> SandboxLimits:
        """Return the limits for the next process."""
        left = max(1.0, self._end - time.monotonic())
        wall_s = min(self._limits.wall_s, round(left, 1))
        return SandboxLimits.from_table(replace(self._limits, wall_s=wall_s).to_json())

    def lost(self) -> dict:
        """What to say of a task that was not reached."""
        limit = f"{self._limits.total_s:g} s for all tasks together"
        return {"outcome": Outcome.WALL, "code": "timed_out", "words": {"limit": limit}}


def lost(run: Run) -> dict:
    """What to say of a task whose process did not answer: outcome, code of a sentence, words."""
    if run.outcome.is_time_limit:
        limit = run.how.removeprefix("more than ")
        return {"outcome": run.outcome, "code": "timed_out", "words": {"limit": limit}}
    said = {
        Outcome.OUTPUT: "it printed too much: ",
        Outcome.MALFORMED: "it sent a forged answer: ",
        Outcome.MEMORY: "it took ",
    }
    how = said.get(run.outcome, "") + run.how
    return {"outcome": run.outcome, "code": "stopped", "words": {"how": how}}


def unloaded(error) -> dict:
    """What to say of every task of a file that cannot be imported; `error` is its own account."""
    try:
        words, details = import_words(error), source_lines(error)
        note = f"the file cannot be imported: line {words['line']}, {words['error']}"
        said = {"code": import_code(error), "words": words, "details": details}
        return {"outcome": Outcome.IMPORT_ERROR, "note": note, **said}
    except Exception as why:  # facts are whatever a student's process sent
        return nonsense(why)


def nonsense(why: Exception) -> dict:
    """What to say of an answer that cannot be understood."""
    how = f"its answer makes no sense ({type(why).__name__})"
    return {"outcome": Outcome.MALFORMED, "code": "stopped", "words": {"how": how}}


def mute(found: tuple[dict, dict]) -> tuple[dict, dict]:
    """An observation of a hidden case without names of the student's own: they may hold figures.

    Raises:
        ValueError: a fact that a finding would quote is none that we observe.
    """
    facts, arrays = found
    for name, form in [*WORDS.items(), *((name, FIGURES) for name in QUOTED)]:
        value = facts.get(name, "cpu")
        text = value if name in WORDS else json.dumps(value)
        if name in facts and not form.fullmatch(text):
            raise ValueError(name)
    if "error" in facts and not hasattr(builtins, str(facts["error"]["type"])):
        facts = {**facts, "error": {**facts["error"], "type": "Exception"}}
    returned = str(facts.get("returned", "NoneType"))
    if returned not in KNOWN and not hasattr(builtins, returned):
        facts = {**facts, "returned": "object"}
    return facts, arrays
