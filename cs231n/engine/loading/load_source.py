"""Create a module from source text, in place of a module of a package.

`load_source` imports as Python does, `load_file` as the grader does: it runs whatever can be run.
"""

import ast
import importlib
import linecache
import sys
from contextlib import nullcontext
from types import ModuleType

from cs231n.engine.schema import FileReport

from .import_shims import ImportShims
from .recovery import execute, parse, report_on

STATEMENT_S, FILE_S = 4.0, 6.0  # seconds of processor time for a statement, and for all of them


def load_source(source: bytes, package: str, name: str, filename: str) -> ModuleType:
    """Execute `source` as the module `package.name`, instead of the file at that path.

    Args:
        source: bytes of a Python file.
        package: importable package that the module belongs to, so that
            `from cs231n.engine.probes.layers import Flatten` finds the package's files.
        name: module name inside the package.
        filename: shown in tracebacks; need not exist.
    Returns:
        The module, also found by `import package.name` from now on.
    Raises:
        BaseException: any exception that the source raises, SyntaxError included.
    """
    text = compile(source, filename, "exec", dont_inherit=True)
    module = _new_module(source.decode("utf-8", "replace"), package, name, filename)
    exec(text, module.__dict__)
    return module


def load_file(
    source: bytes,
    package: str,
    name: str,
    filename: str,
    shims: ImportShims | None = None,
    statement_s: float | None = STATEMENT_S,
    total_s: float | None = FILE_S,
) -> tuple[ModuleType, FileReport]:
    """Execute whatever can be read and run of `source` as the module `package.name`.

    Args:
        source: as in `load_source`.
        package: as in `load_source`.
        name: as in `load_source`.
        filename: as in `load_source`.
        shims: what surrounds the file; installed by the caller.
        statement_s: as in `recovery.execute`.
        total_s: as in `recovery.execute`.
    Returns:
        The module; and what was left out, what failed, and which names are bound twice.
    """
    parsed = parse(source)
    module = _new_module(parsed.source, package, name, filename)
    with shims.loading() if shims else nullcontext():
        failed = execute(parsed, module, filename, statement_s, total_s)
    tree, lines = ast.Module(parsed.statements, []), parsed.source.splitlines()
    replaced = shims.problems(tree, lines) if shims else []
    return module, report_on(parsed, [*replaced, *failed])


def _new_module(text: str, package: str, name: str, filename: str) -> ModuleType:
    """Return an empty module that `import package.name` finds from now on."""
    lines = text.splitlines(keepends=True)
    linecache.cache[filename] = (len(text), None, lines, filename)
    module = ModuleType(f"{package}.{name}")
    module.__file__, module.__package__ = filename, package
    sys.modules[module.__name__] = module
    setattr(importlib.import_module(package), name, module)
    return module
