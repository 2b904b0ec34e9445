"""What a probe works with: the function that it runs, and a recorder of what it observes."""

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.engine.schema import Array, Arrays, ErrorFacts, Facts, Observation

from .force_cpu import OnCpu

SEED = 7_001  # of the first of a number of calls
MESSAGE = 300  # characters kept of an error message
# What PyTorch says if code reads or draws a number on the device "meta", which has none.
NO_NUMBERS = (
    "cannot be called on meta tensors", "META is not supported", "META device type not an",
)  # fmt: skip

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True)
class Subject:
    """A student's function under a probe.

    Attributes:
        function: to call.
        mode: the torch function mode that is active.
        file: path of the student's file as tracebacks show it.
        partner: the function that a training loop calls in turn with this one, if any.
    """

    function: Callable[..., Any]
    mode: OnCpu
    file: str | None = None
    partner: Callable[..., Any] | None = None


class Recorder(Generic[F]):
    """Collects the facts and arrays of one case.

    Student code runs inside `with recorder:`. Its exception ends the block and becomes a fact; it
    is never raised.

    Attributes:
        facts: those noted so far.
        arrays: those stored so far.
    """

    def __init__(self, facts: F, file: str | None):
        self.facts = facts
        self.arrays: Arrays = {}
        self._file = file

    def note(self, **facts: Any) -> None:
        """Set facts by the names of their fields."""
        self.facts = replace(self.facts, **facts)

    def store(self, name: str, array: Array) -> None:
        """Keep an array under a name."""
        self.arrays[name] = array

    def observation(self) -> Observation:
        """Return all that was collected."""
        return Observation(self.facts, self.arrays)

    def __enter__(self) -> "Recorder[F]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception | SystemExit):
            return False
        self.note(error=describe_error(error, self._file))
        return True


def note_value(recorder: Recorder[Any], value: object) -> None:
    """Note type, shape, dtype and device of a returned value, and whether a gradient can flow."""
    facts: dict[str, Any] = {"returned": type(value).__name__[:80]}
    if isinstance(value, Tensor):
        facts |= {"shape": tuple(value.shape), "dtype": str(value.dtype)}
        facts |= {"device": value.device.type, "requires_grad": bool(value.requires_grad)}
    recorder.note(**facts)


def as_plain(tensor: Tensor) -> Tensor:
    """Return a tensor as `torch.Tensor`: a subclass may answer a probe with other numbers."""
    if type(tensor) in (Tensor, nn.Parameter):
        return tensor
    with torch._C.DisableTorchFunctionSubclass():
        return tensor.as_subclass(Tensor)


def random_state() -> tuple[object, ...]:
    """Return the states of the random generators that student code may draw from."""
    legacy: Any = np.random.get_state()
    numpy_state = (legacy[1].tobytes(), *legacy[2:])
    return torch.get_rng_state().numpy().tobytes(), numpy_state, random.getstate()


class RandomStates:
    """Find code that seeds: it leaves the same random state after different states.

    Attributes:
        reseeded: whether a call has done so.
    """

    def __init__(self) -> None:
        self.reseeded = False
        self._last: tuple[object, ...] | None = None

    def before(self, number: int) -> None:
        """Set all generators to states that differ from call to call."""
        torch.manual_seed(SEED + number)
        np.random.random()
        random.random()

    def after(self, number: int) -> None:
        """Compare the states with those after the call before; once is enough."""
        if number > 1:
            return
        now = random_state()
        if self._last is not None:
            self.reseeded |= any(a == b for a, b in zip(self._last, now, strict=True))
        self._last = now


def has_no_numbers(error: Exception, device: str | None) -> bool:
    """Return whether code failed only because the device "meta" holds no numbers.

    Code that prints a loss or asserts that it is not NaN does work on such a device.
    """
    return device == "meta" and any(text in str(error) for text in NO_NUMBERS)


def describe_error(error: BaseException, file: str | None) -> ErrorFacts:
    """Return what a student needs to know of an exception.

    Args:
        error: as caught.
        file: the student's file, to find the last of its lines in the traceback.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if file and frame.filename == file]
    raised_here = bool(own) and frames[-1].filename == file
    line, text, caret = (own[-1].lineno, own[-1].line or "", None) if own else (None, "", None)
    if isinstance(error, SyntaxError):
        line, text, caret = error.lineno, (error.text or "").rstrip("\n"), error.offset
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        message = "" if message in ("None", None) else str(message)
    except Exception:
        message = ""
    return ErrorFacts(
        type=type(error).__name__[:80],
        message="\n".join(message.splitlines()[:4])[:MESSAGE],
        line=line,
        text=text[:200],
        caret=caret,
        own=raised_here,
        raised_in=_raising_function(error) if raised_here else None,
    )


def _raising_function(error: BaseException) -> str | None:
    """Return the name of the top-level function or class whose code raised an exception."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else trace.tb_frame.f_code.co_qualname.split(".")[0][:80]
