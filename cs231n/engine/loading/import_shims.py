"""Provide what old submissions expect around them, without its effects.

A file may import plotting or web packages that no task uses, mount a drive, write a log, download
MNIST or read the published numbers. None of this costs a mark, and none of it computes anything
that a task asks for.
"""

import ast
import builtins
import getpass
import importlib.machinery
import importlib.metadata
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NoReturn

import numpy as np
import torch
from torch import nn

from cs231n.engine.schema import Problem

COLAB = "/content"  # where Colab keeps files
COLAB_PACKAGE = "google.colab."
TENSORBOARD = "torch.utils.tensorboard"
MNIST_CLASS = "torchvision.datasets.MNIST"
MNIST_SIZES = {True: 60_000, False: 10_000}  # of the real training and test set


@dataclass
class _State:
    """Whether the student's file is being loaded, when calls into absent packages do nothing."""

    loading: bool = False


class AbsentBase:
    """The base of a class that is derived from a class of an absent package."""

    def __init__(self, *args: Any, **kwargs: Any):
        pass

    def __init_subclass__(cls, **kwargs: Any):
        """Accept all keywords."""


class AbsentPackage(ModuleType):
    """A package that is not installed, one of its names, or the result of a call into it.

    While the file is loaded, calls do nothing, and a decorator returns what it decorates. Later, a
    call into the package raises; a call of an object that was made before (a log, a progress bar)
    does nothing. No instance ever stands for a number.
    """

    def __init__(self, name: str, state: _State, made: bool = False):
        super().__init__(name)
        self.__dict__.update(_state=state, _made=made)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if full == MNIST_CLASS:
            return EmbeddedMnist
        return AbsentPackage(full, self._state, self._made)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return a stand-in for the result; a decorator returns what it decorates.

        Raises:
            ModuleNotFoundError: a function of the student calls the absent package.
        """
        if not self._state.loading and not self._made:
            self._refuse()
        decorates = len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type)
        if self._state.loading and decorates:
            return args[0]
        return AbsentPackage(f"{self.__name__}()", self._state, made=True)

    def __getitem__(self, key: object) -> "AbsentPackage":
        return self  # an annotation such as Float[Tensor, "n"]

    def __or__(self, other: object) -> "AbsentPackage":
        return self  # an annotation such as Array | None

    __ror__ = __or__

    def __enter__(self) -> "AbsentPackage":
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        self._refuse()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        base = nn.Module if self.__name__.endswith("Module") else AbsentBase
        return () if base in bases else (base,)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        for value in (*args, *(kwargs or {}).values()):
            if isinstance(value, cls):
                value._refuse()
        return NotImplemented

    def _refuse(self) -> NoReturn:
        package = self.__name__.partition(".")[0].removesuffix("()")
        raise ModuleNotFoundError(f"No module named {package!r} where this is graded")


class EmbeddedMnist(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """The digits that ship with the assignment, in the place of torchvision's MNIST.

    Args:
        root, download: ignored.
        train: whether to be as long as the training set.
        transform, target_transform: applied to an image and to its label.
    """

    classes = [str(digit) for digit in range(10)]  # noqa: RUF012, as in torchvision

    def __init__(
        self,
        root: object = None,
        train: bool = True,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
        download: bool = False,
    ):
        from cs231n.data import load_mnist

        digits = load_mnist(source="sample")
        self.data, self.targets = digits.train_images[:, 0], digits.train_labels
        self.transform, self.target_transform, self.train = transform, target_transform, train

    def __len__(self) -> int:
        """Return the length of the real set; the digits repeat."""
        return MNIST_SIZES[bool(self.train)]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Return (image, label): a PIL image, or what `transform` makes of it."""
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        number = int(index) % len(self.data)
        image, label = self.data[number], int(self.targets[number])
        picture: Any = image[None].float() / 255  # (28, 28) -> (1, 28, 28)
        if not isinstance(self.transform, AbsentPackage):
            with suppress(ImportError):
                from torchvision.transforms.functional import (  # type: ignore[import-untyped]
                    to_pil_image,
                )

                picture = to_pil_image(image)
            picture = self.transform(picture) if self.transform else picture
        return picture, self.target_transform(label) if self.target_transform else label


class AbsentPackageFinder:
    """Comes before all real finders and creates modules for packages that are not available.

    Only an import of the student's own file is answered: a library that tests for an optional
    package must not find it.

    Args:
        module: dotted name of the student's module.
        state: shared with the modules that are created.
        available: whether a top-level package may be imported.
    """

    def __init__(self, module: str, state: _State, available: Callable[[str], bool]):
        self._module, self._state, self._available = module, state, available
        self._package = module.partition(".")[0]
        self.created: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for an absent package or its submodule; None for any other module."""
        top = name.partition(".")[0]
        if top == self._package or top in sys.stdlib_module_names or not self._is_asked():
            return None
        if top in self.created or self._is_absent(name, top):
            self.created.add(name if name == TENSORBOARD else top)
            loader: Any = self
            return importlib.machinery.ModuleSpec(name, loader, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return the stand-in."""
        return AbsentPackage(spec.name, self._state)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing: the stand-in is complete."""

    def _is_asked(self) -> bool:
        """Return whether the student's file imports."""
        caller = sys._getframe(2)
        while caller.f_back and caller.f_globals.get("__name__", "").startswith("importlib"):
            caller = caller.f_back
        return bool(caller.f_globals.get("__name__") == self._module)

    def _is_absent(self, name: str, top: str) -> bool:
        if name == TENSORBOARD:
            return not self._available("tensorboard")
        if (name + ".").startswith(COLAB_PACKAGE):
            return True
        return "." not in name and not self._available(top)


def is_installed(package: str) -> bool:
    """Return whether a top-level package can be imported here."""
    return package in sys.modules or importlib.machinery.PathFinder.find_spec(package) is not None


def only_required(requirements: Path) -> Callable[[str], bool]:
    """Return a function: whether a package comes with those in a requirements file.

    Args:
        requirements: the file; without it, all that is installed counts.
    """
    try:
        lines = requirements.read_text("utf-8").splitlines()
    except OSError:
        return is_installed
    found: set[str] | None = None

    def available(package: str) -> bool:
        nonlocal found
        if not is_installed(package):
            return False
        if found is None:
            found = _packages_of(line.partition("#")[0] for line in lines)
        return package in found

    return available


def _packages_of(requirements: Iterable[str]) -> set[str]:
    """Return the top-level packages of distributions and of all that they depend on."""
    waiting, seen = list(requirements), set()
    while waiting:
        match = re.match(r"\s*([A-Za-z0-9][\w.-]*)", waiting.pop())
        name = re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
        if name and name not in seen:
            seen.add(name)
            with suppress(importlib.metadata.PackageNotFoundError):
                needs = importlib.metadata.requires(name) or []
                waiting += [need for need in needs if "extra ==" not in need]
    return {
        package
        for package, names in importlib.metadata.packages_distributions().items()
        if any(re.sub(r"[-_.]+", "-", name).lower() in seen for name in names)
    }


class ImportShims:
    """What surrounds a student's file while it is loaded and probed.

    Args:
        module: dotted name of the student's module.
        available: whether a top-level package may be imported.
    """

    def __init__(self, module: str, available: Callable[[str], bool] = is_installed):
        self._state = _State()
        self._finder = AbsentPackageFinder(module, self._state, available)

    @contextmanager
    def installed(
        self, source: bytes, given: tuple[str, dict[str, Any]] = ("", {})
    ) -> Iterator["ImportShims"]:
        """Put everything in place, and take it away at the end.

        Args:
            source: of the student's file.
            given: a file name and the published numbers in it.
        """
        with ExitStack() as stack:
            sys.meta_path.insert(0, self._finder)
            stack.callback(sys.meta_path.remove, self._finder)
            for patch in (_notebook(self._state), _given_numbers(*given), _user(), _drawing(source),
                          _colab_files(source), _mnist(source)):  # fmt: skip
                stack.enter_context(patch)
            stack.callback(self._forget)
            yield self

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Let calls into absent packages do nothing while the file is loaded."""
        self._state.loading = True
        try:
            yield
        finally:
            self._state.loading = False

    def problems(self, tree: ast.Module, lines: Sequence[str]) -> list[Problem]:
        """Return one problem for each package that was replaced, with the line of its import."""
        found: dict[str, Problem] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            names = [alias.name for alias in node.names]
            for name in names if isinstance(node, ast.Import) else [node.module or ""]:
                top = name if name == TENSORBOARD else name.partition(".")[0]
                colab = (name + ".").startswith(COLAB_PACKAGE)
                if top in self._finder.created and top not in found and not colab:
                    text = lines[node.lineno - 1].strip() if node.lineno <= len(lines) else ""
                    found[top] = Problem("absent_package", node.lineno, text[:300], None, top[:60])
        return list(found.values())

    def _forget(self) -> None:
        for name, module in list(sys.modules.items()):
            if isinstance(module, AbsentPackage):
                del sys.modules[name]


@contextmanager
def _replaced(owner: Any, **values: Any) -> Iterator[None]:
    """Set attributes inside the block; an attribute that was absent is removed after it."""
    before = {name: getattr(owner, name, None) for name in values if hasattr(owner, name)}
    for name, value in values.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name in values:
            if name in before:
                setattr(owner, name, before[name])
            else:
                delattr(owner, name)


def _notebook(state: _State) -> Any:
    """Provide the names that a notebook has and a file has not."""
    shell = AbsentPackage("get_ipython()", state, made=True)
    return _replaced(builtins, get_ipython=lambda: shell, display=lambda *args, **kwargs: None)


def _user() -> Any:
    """Give the user a name, which a sandbox does not have."""
    return _replaced(getpass, getuser=lambda: "student")


@contextmanager
def _given_numbers(file: str, numbers: dict[str, Any]) -> Iterator[None]:
    """Let code load the published numbers from an npz file of any name."""
    load = np.load

    def load_or_given(path: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return load(path, *args, **kwargs)
        except FileNotFoundError:
            if not numbers or not str(path).endswith(".npz"):
                raise
            stream = io.BytesIO()
            arrays: dict[str, Any] = {name: np.array(value) for name, value in numbers.items()}
            np.savez(stream, **arrays)
            return load(io.BytesIO(stream.getvalue()))

    with _replaced(np, load=load_or_given if file else load):
        yield


@contextmanager
def _drawing(source: bytes) -> Iterator[None]:
    """Let matplotlib draw into memory only, whatever backend the file chooses."""
    if b"matplotlib" not in source:
        yield
        return
    try:
        import matplotlib
        from matplotlib import pyplot
    except Exception:  # it is not needed, and may be absent or broken
        yield
        return

    def ignore(*args: Any, **kwargs: Any) -> None:
        """Leave the backend as it is."""

    before = matplotlib.get_backend()
    pyplot.switch_backend("agg")
    try:
        with _replaced(matplotlib, use=ignore), _replaced(pyplot, switch_backend=ignore):
            yield
    finally:
        with suppress(Exception):
            pyplot.switch_backend(before)


@contextmanager
def _mnist(source: bytes) -> Iterator[None]:
    """Let torchvision's MNIST return the digits that ship with the assignment."""
    try:
        if b"MNIST" not in source:
            raise ImportError
        from torchvision import datasets  # type: ignore[import-untyped]
    except Exception:
        yield
        return
    with _replaced(datasets, MNIST=EmbeddedMnist), _replaced(datasets.mnist, MNIST=EmbeddedMnist):
        yield


@contextmanager
def _colab_files(source: bytes) -> Iterator[None]:
    """Let paths below /content lead to a temporary folder, where Colab's folder does not exist."""
    if COLAB.encode() not in source or os.path.isdir(COLAB):
        yield
        return

    def inside(path: Any) -> Any:
        try:
            text = os.fspath(path)
        except TypeError:
            return path
        if isinstance(text, str) and (text + "/").startswith(COLAB + "/"):
            return folder + text[len(COLAB) :]
        return path

    def redirect(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            return function(inside(path), *args, **kwargs)

        return call

    names = ("chdir", "listdir", "makedirs", "mkdir", "stat")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        except OSError:  # a sandbox without a scratch folder
            yield
            return
        where = os.getcwd()
        stack.enter_context(_replaced(os, **{name: redirect(getattr(os, name)) for name in names}))
        opener = redirect(builtins.open)
        stack.enter_context(_replaced(builtins, open=opener))
        stack.enter_context(_replaced(io, open=opener))
        try:
            yield
        finally:
            os.chdir(where)
