"""Provide what old submissions expect around them, without its effects. Used only in a worker.

A file may import plotting or web packages that no task uses, and may load the published numbers of
its assignment. Neither costs a mark.
"""

import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np


class AbsentPackage(ModuleType):
    """A package that is not installed: a file may import it and read its names, but not call it."""

    def __getattr__(self, name: str) -> "AbsentPackage":
        if name.startswith("__"):
            raise AttributeError(name)
        return AbsentPackage(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        package = self.__name__.partition(".")[0]
        raise ModuleNotFoundError(f"No module named {package!r} where this is graded")


class AbsentPackageFinder:
    """Comes after all real finders and creates modules for packages that are not installed.

    Args:
        real: top-level packages whose modules are never invented; the student's file is in one.
    """

    def __init__(self, real: tuple[str, ...]):
        self._real = real
        self._created: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for an absent package or its submodule; None for any other module."""
        top, _, rest = name.partition(".")
        if top in self._real or top in sys.stdlib_module_names:
            return None
        if rest and top not in self._created:
            return None
        caller = sys._getframe(1)
        while caller.f_back and caller.f_globals.get("__name__", "").startswith("importlib"):
            caller = caller.f_back
        if not caller.f_globals.get("__name__", "").startswith(self._real):
            return None  # a library that tests for an optional package must not find it
        self._created.add(top)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return the stand-in."""
        return AbsentPackage(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing: the stand-in is complete."""


def allow_absent_packages(real: tuple[str, ...]) -> None:
    """Let the student's file import packages that are not installed, as long as it calls none.

    Args:
        real: top-level packages whose modules are never invented; the student's file is in one.
    """
    sys.meta_path.append(AbsentPackageFinder(real))


def write_given_numbers(file: str, numbers: dict[str, Any]) -> None:
    """Write the published numbers, if there are any, to an npz file in the current folder."""
    try:
        if numbers:
            arrays: dict[str, Any] = {name: np.array(value) for name, value in numbers.items()}
            np.savez(file, **arrays)
    except OSError:
        return  # there is no scratch folder; the student's file must do without the numbers
