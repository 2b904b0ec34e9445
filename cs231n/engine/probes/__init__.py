"""Probe a student's function: run it as a case says and observe what happens.

An observation holds plain facts and arrays, and no judgement.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from cs231n.engine.schema import FACTS, Case, Observation

from .adversarial import observe_adversarial
from .force_cpu import on_cpu
from .global_state import global_state_kept
from .loss import observe_loss
from .network import observe_network
from .noise import observe_noise, with_default_device
from .optimizer import observe_optimizer
from .recorder import Subject, describe_error
from .stubs import stubs_in_place

__all__ = ["PROBES", "describe_error", "global_state_kept", "observe"]

PROBES: dict[str, Callable[[Subject, Any], Observation]] = {
    "network": observe_network,
    "loss": observe_loss,
    "noise": observe_noise,
    "optimizer": observe_optimizer,
    "adversarial": observe_adversarial,
}


def observe(module: object, case: Case, restore: bool = True) -> Observation:
    """Run one case against a student's module.

    Args:
        module: holds the student's functions; its `__file__` marks their lines in a traceback.
        case: what to do.
        restore: restore the global state afterwards; a caller that passes False does so itself.
    Returns:
        The observation. An exception of the student's code is one of its facts, never raised.
    """
    function = getattr(module, case.function, None)
    if not callable(function):
        return Observation(FACTS[case.kind](missing=True))
    if case.kind == "noise":
        function = with_default_device(function)
    partner = getattr(module, getattr(case, "partner", None) or "", None)
    kept = global_state_kept() if restore else nullcontext()
    with kept, on_cpu() as mode, stubs_in_place(module, case.stubs):
        file = getattr(module, "__file__", None)
        subject = Subject(function, mode, file, partner if callable(partner) else None)
        return PROBES[case.kind](subject, case)
