"""Create a module from source text, in place of a module of a package."""

import importlib
import linecache
import sys
from types import ModuleType


def load_source(source: bytes, package: str, name: str, filename: str) -> ModuleType:
    """Execute `source` as the module `package.name`, instead of the file at that path.

    Args:
        source: bytes of a Python file.
        package: importable package that the module belongs to, so that
            `from .layers import Flatten` finds the package's files.
        name: module name inside the package.
        filename: shown in tracebacks; need not exist.
    Returns:
        The module, also found by `import package.name` from now on.
    Raises:
        BaseException: any exception that the source raises, SyntaxError included.
    """
    text = compile(source, filename, "exec", dont_inherit=True)
    lines = source.decode("utf-8", "replace").splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    module = ModuleType(f"{package}.{name}")
    module.__file__, module.__package__ = filename, package
    sys.modules[module.__name__] = module
    setattr(importlib.import_module(package), name, module)
    exec(text, module.__dict__)
    return module
