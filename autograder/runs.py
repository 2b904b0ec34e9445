"""What the runs of a worker mean for a submission: its time, what was lost, what may be shown."""

import builtins
import time

import torch
from torch import nn

from .watch import Run


class Clock:
    """What one submission may take in all, however many processes its tasks need."""

    def __init__(self, limits: dict):
        self._limits, self._end = limits, time.monotonic() + limits["total_s"]

    def is_over(self) -> bool:
        return time.monotonic() > self._end - 1

    def limits(self) -> dict:
        """The limits for the next process."""
        left = max(1.0, self._end - time.monotonic())
        return {**self._limits, "wall_s": min(self._limits["wall_s"], round(left, 1))}

    def lost(self) -> dict:
        """What to say of a task that was not reached."""
        limit = f"{self._limits['total_s']:g} s for all tasks together"
        return {"code": "timed_out", "words": {"limit": limit}}


def lost(run: Run) -> dict:
    """What to say of a task whose process did not answer."""
    if run.outcome in ("cpu", "wall"):
        return {"code": "timed_out", "words": {"limit": run.how.removeprefix("more than ")}}
    said = {
        "output": "it printed too much: ",
        "malformed": "it sent a forged answer: ",
        "memory": "it took ",
    }
    return {"code": "stopped", "words": {"how": said.get(run.outcome, "") + run.how}}


def mute(found: tuple[dict, dict]) -> tuple[dict, dict]:
    """An observation of a hidden case without names of the student's own: they may hold figures."""
    facts, arrays = found
    if "error" in facts and not hasattr(builtins, str(facts["error"]["type"])):
        facts = {**facts, "error": {**facts["error"], "type": "Exception"}}
    returned = str(facts.get("returned", "NoneType"))
    rooms = (builtins, torch, nn)
    if returned != "NoneType" and not any(hasattr(room, returned) for room in rooms):
        facts = {**facts, "returned": "object"}
    return facts, arrays
