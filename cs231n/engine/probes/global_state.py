"""Keep what student code changes outside of itself from outliving a check."""

import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import numpy as np
import torch

SWITCHES: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = (
    (torch.get_default_dtype, torch.set_default_dtype),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    (torch.is_grad_enabled, torch.set_grad_enabled),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    (torch.get_num_threads, torch.set_num_threads),
    (random.getstate, random.setstate),
    (np.random.get_state, np.random.set_state),
    (np.geterr, lambda settings: np.seterr(**settings)),
    (np.get_printoptions, lambda options: np.set_printoptions(**_settable(options))),
    (sys.getrecursionlimit, sys.setrecursionlimit),
)
ATTRIBUTES = (
    (torch.backends.cudnn, "benchmark"),
    (torch.backends.cudnn, "deterministic"),
    (torch.backends.cudnn, "enabled"),
)


def _settable(options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "override_repr"}


@contextmanager
def global_state_kept() -> Iterator[None]:
    """Restore settings, random states, folder, paths, environment and filters after the block."""
    with ExitStack() as stack:
        for read, write in SWITCHES:
            stack.callback(_write_if_changed, read, write, read())
        for owner, name in ATTRIBUTES:
            stack.callback(setattr, owner, name, getattr(owner, name))
        device = default_device()
        stack.callback(_restore_device, device)
        stack.callback(_restore_list, sys.path, list(sys.path))
        stack.callback(_restore_environment, dict(os.environ))
        stack.callback(_restore_list, warnings.filters, list(warnings.filters))
        with suppress(OSError):
            stack.callback(os.chdir, os.getcwd())
        stack.callback(_restore_streams, sys.stdout, sys.stderr)
        backend = sys.modules["matplotlib"].get_backend() if _has_backend() else None
        stack.callback(_restore_backend, backend)
        yield


def _write_if_changed(read: Callable[[], Any], write: Callable[[Any], Any], before: Any) -> None:
    try:
        changed = bool(read() != before)
    except ValueError:  # arrays
        changed = True
    if changed:
        write(before)


def default_device() -> Any:
    """Return the default device, or None where none was set."""
    context = getattr(getattr(torch, "_GLOBAL_DEVICE_CONTEXT", None), "device_context", None)
    return None if context is None else context.device


def _restore_device(device: Any) -> None:
    if default_device() != device:
        torch.set_default_device(device)


def _restore_list(owner: Any, before: list[Any]) -> None:
    if list(owner) != before:
        owner[:] = before
        if owner is warnings.filters:
            warnings._filters_mutated()  # type: ignore[attr-defined]


def _restore_environment(before: dict[str, str]) -> None:
    if dict(os.environ) != before:
        os.environ.clear()
        os.environ.update(before)


def _restore_streams(output: Any, errors: Any) -> None:
    sys.stdout, sys.stderr = output, errors


def _has_backend() -> bool:
    """Return whether matplotlib has chosen a backend; asking for it would choose one."""
    return "matplotlib.pyplot" in sys.modules and "matplotlib" in sys.modules


def _restore_backend(before: str | None) -> None:
    if before is not None and sys.modules["matplotlib"].get_backend() != before:
        with suppress(Exception):
            sys.modules["matplotlib.pyplot"].switch_backend(before)
