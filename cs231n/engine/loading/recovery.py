"""Read and run as much of a student's file as can be read and run.

A statement that fails at import, or that Python cannot parse, costs nothing but itself: the rest of
the file runs, and what was lost is reported with its line. Nothing is repaired or guessed: code is
only left out, so a function counts exactly if its own text can be read.
"""

import ast
import codecs
import json
import re
import signal
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from types import ModuleType

from cs231n.engine.schema import Binding, FileReport, Problem

MAX_PROBLEMS = 40  # reported of one file
MAX_BINDINGS = 100  # reported of one file
MAX_NAMES, MAX_NAME = 20, 60  # of a problem; characters of a name
MAX_TEXT = 300  # characters of a line or a message
MOMENT = 0.3  # seconds for each statement after the time for the whole file has passed
REPEAT = 0.5  # seconds between two interrupts
NEWEST = "3.13"  # of Python's grammars that a valid file may be written in
CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})(?: (.*))?$")


@dataclass
class Parsed:
    """A file as far as Python can parse it.

    Attributes:
        source: its text.
        statements: the top-level statements that can be parsed, in order.
        problems: what was left out, and why.
        bindings: every line that binds a name at the top level or by `global`, in order.
    """

    source: str
    statements: list[ast.stmt] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)


def parse(data: bytes) -> Parsed:
    """Parse a file, leaving out what cannot be parsed.

    Args:
        data: its bytes.
    """
    source, problems = decode(data)
    lines = source.splitlines()
    blanked = _without_conflicts(lines, problems)
    tree = _compiled(blanked)
    statements = tree.body if tree is not None else _readable(blanked, problems)
    bindings = list(_bindings(ast.Module(statements, []), "global" in source))
    return Parsed(source, statements, problems[:MAX_PROBLEMS], bindings)


def execute(
    parsed: Parsed,
    module: ModuleType,
    filename: str,
    statement_s: float | None = None,
    total_s: float | None = None,
) -> list[Problem]:
    """Run the statements of a file one after the other in a module, whatever each of them raises.

    Names that a broken part would have defined last are removed in the end: an earlier definition
    is not what the student wrote.

    Args:
        parsed: the file.
        module: receives the names.
        filename: shown in tracebacks.
        statement_s: seconds of processor time after which a statement is interrupted; None for no
            limit.
        total_s: seconds of processor time after which each further statement gets only a moment.
    Returns:
        What failed, in order.
    """
    lines, start = parsed.source.splitlines(), time.process_time()
    failed: list[Problem] = []
    flags = _future_flags(parsed, filename)
    for statement in parsed.statements:
        limit = statement_s
        if statement_s is not None and total_s is not None:
            left = total_s - (time.process_time() - start)
            limit = max(MOMENT, min(statement_s, left))
        problem = _run_statement(statement, module, filename, flags, lines, limit)
        if problem is not None:
            failed.append(problem)
    last = {binding.name: binding.line for binding in parsed.bindings if binding.kind != "global"}
    for problem in parsed.problems:
        for name in problem.names:
            if last.get(name, 0) < problem.line:
                module.__dict__.pop(name, None)
    return failed[:MAX_PROBLEMS]


def report_on(parsed: Parsed, failed: Iterable[Problem] = ()) -> FileReport:
    """Return what was noticed of a file, for messages.

    Args:
        parsed: the file.
        failed: what `execute` returned.
    """
    count = Counter(binding.name for binding in parsed.bindings)
    repeated = [binding for binding in parsed.bindings if count[binding.name] > 1]
    problems = [*parsed.problems, *_compiled_calls(parsed), *failed]
    return FileReport(tuple(problems[:MAX_PROBLEMS]), tuple(repeated[:MAX_BINDINGS]))


def _compiled_calls(parsed: Parsed) -> Iterator[Problem]:
    """Yield one problem for each statement that compiles code with PyTorch."""
    for statement in parsed.statements if "compile" in parsed.source else ():
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "torch.compile":
                text = parsed.source.splitlines()[node.lineno - 1].strip()[:MAX_TEXT]
                names = _bounded(b.name for b in _bindings(ast.Module([statement], [])))
                yield Problem("compiled", node.lineno, text, None, "torch.compile", names)
                break


def _future_flags(parsed: Parsed, filename: str) -> int:
    """Return the compiler flags of every `from __future__ import ...` in the file."""
    flags = 0
    for statement in parsed.statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            code = compile(ast.Module([statement], []), filename, "exec", dont_inherit=True)
            flags |= code.co_flags & 0x1FF_0000
    return flags


def _run_statement(
    statement: ast.stmt,
    module: ModuleType,
    filename: str,
    flags: int,
    lines: list[str],
    limit: float | None,
) -> Problem | None:
    """Run one statement; return the problem if it fails."""
    try:
        code = compile(
            ast.Module([statement], []), filename, "exec", flags=flags, dont_inherit=True
        )
        with warnings.catch_warnings(), _limited(limit):
            exec(code, module.__dict__)
    except _TooLong:
        return _failure("time", statement, lines, f"it ran for more than {limit:.2g} s")
    except SystemExit as error:
        return _failure("exit", statement, lines, _describe(error))
    except Exception as error:
        return _failure("exception", statement, lines, _describe(error), error, filename)
    return None


class _TooLong(BaseException):
    """A statement took more processor time than it may; no handler of a student catches it."""


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """Interrupt the block after some processor time, or four times as long on the clock.

    Without signals, as on Windows or outside the main thread, there is no limit.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if seconds is None or not hasattr(signal, "setitimer") or not in_main_thread:
        yield
        return
    running = True

    def interrupt(*_: object) -> None:
        if running:
            raise _TooLong

    timers = (
        (signal.ITIMER_VIRTUAL, signal.SIGVTALRM, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, 4 * seconds),
    )
    before = [signal.signal(number, interrupt) for _, number, _ in timers]
    for timer, _, delay in timers:
        signal.setitimer(timer, delay, REPEAT)  # again: the code may catch the first interrupt
    try:
        yield
    finally:
        running = False
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def decode(data: bytes) -> tuple[str, list[Problem]]:
    """Return the text of a file, however it was saved, and what is odd about that.

    A notebook that was renamed to .py is read as its code cells.
    """
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return _read_as(data, encoding)
    if b"\0" in data[:200]:
        even, odd = data[:200:2].count(0), data[1:200:2].count(0)
        if max(even, odd) > 20 * min(even, odd):
            return _read_as(data, "utf-16-le" if odd > even else "utf-16-be")
    text, problems = _read_text(data)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.append(
            Problem("encoding", line, "", None, "the file holds null bytes; they were left out")
        )
        text = text.replace("\0", "")
    if text.lstrip().startswith("{") and '"cells"' in text:
        return _read_notebook(text, problems)
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


def _read_text(data: bytes) -> tuple[str, list[Problem]]:
    """Decode as Python would, else as UTF-8, else as Windows does in the West."""
    declared = CODING.search(b"\n".join(data.split(b"\n", 2)[:2]))
    encodings = [declared[1].decode("ascii")] if declared else []
    for encoding in (*encodings, "utf-8-sig"):
        try:
            return data.decode(encoding), []
        except (UnicodeDecodeError, LookupError):
            continue
    text = data.decode("cp1252", "replace")
    line = next((n for n, part in enumerate(data.split(b"\n"), 1) if not _is_utf8(part)), 1)
    return text, [
        Problem("encoding", line, text.split("\n")[line - 1][:MAX_TEXT], None,
                "the file is not saved as UTF-8; it was read as Windows-1252")
    ]  # fmt: skip


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_as(data: bytes, encoding: str) -> tuple[str, list[Problem]]:
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
    problem = Problem("encoding", 1, "", None, f"the file is saved as {name}; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n"), [problem]


def _read_notebook(text: str, problems: list[Problem]) -> tuple[str, list[Problem]]:
    try:
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return text, problems
    code = "\n".join(sources)
    code = re.sub(r"(?m)^(\s*)[%!](.*)$", r"\1pass  # \2", code)
    note = f"the file is a notebook named .py; its {len(cells)} code cells were read in order"
    return code + "\n", [*problems, Problem("encoding", 1, "", None, note)]


def _without_conflicts(lines: list[str], problems: list[Problem]) -> list[str]:
    """Blank what lies between the marks of a merge conflict: neither side is chosen."""
    kept, start, sides = list(lines), None, []
    for number, line in enumerate(lines):
        mark = CONFLICT.match(line)
        if mark and mark[1][0] == "<":
            start, sides = number, [mark[2] or "one side"]
        elif mark and start is not None and mark[1][0] == ">":
            sides.append(mark[2] or "the other side")
            names = _names_in(lines[start : number + 1])
            problems.append(
                Problem("conflict", start + 1, lines[start][:MAX_TEXT], None,
                        f"a merge conflict between {sides[0]} and {sides[1]}; keep one side and "
                        "delete the marks", names)
            )  # fmt: skip
            for index in range(start, number + 1):
                kept[index] = ""
            start = None
    return kept


def _compiled(lines: list[str]) -> ast.Module | None:
    """Return the tree of some lines if Python can compile them."""
    text = "\n".join(lines) + "\n"
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
            compile(tree, "<check>", "exec", dont_inherit=True)
        return tree
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def _readable(lines: list[str], problems: list[Problem]) -> list[ast.stmt]:
    """Return the top-level statements that Python can compile, each at its own lines."""
    statements: list[ast.stmt] = []
    for start, end in _segments(lines):
        found = _statements(lines[start:end], start)
        if found is None and (again := _expanded(lines[start:end])) is not None:
            found = _statements(again, start)
            problems.append(
                Problem("indentation", start + 1, lines[start][:MAX_TEXT], None,
                        "tabs and blanks are mixed; a tab was read as 8 blanks")
            )  # fmt: skip
        if found is not None:
            statements += found
            continue
        lost = set(range(start, end))
        for first, last in _split_again(lines, start, end):
            found = _statements(lines[first:last], first)
            if found:
                statements += found
                lost -= set(range(first, last))
        problems.append(_syntax_problem(lines, sorted(lost)))
    return statements


def _statements(lines: list[str], before: int) -> list[ast.stmt] | None:
    """Return the statements of some lines, numbered as if so many lines came before them."""
    tree = _compiled(lines)
    if tree is None:
        return None
    return ast.increment_lineno(tree, before).body


def _expanded(lines: list[str]) -> list[str] | None:
    """Return lines with tabs as blanks, if that is one way to read them and the only one."""
    if not any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        return None
    readings: dict[str, list[str]] = {}
    for width in (8, 4, 2):
        wide = [line.expandtabs(width) if line[:1].isspace() else line for line in lines]
        tree = _compiled(wide)
        if tree is not None:
            readings.setdefault(ast.dump(tree), wide)
    return next(iter(readings.values())) if len(readings) == 1 else None


def _segments(lines: list[str]) -> list[tuple[int, int]]:
    """Return first and last line (exclusive) of each top-level statement, as far as can be told."""
    from parso.grammar import load_grammar  # only for a file that is broken

    tree = load_grammar(version=NEWEST).parse("\n".join(lines) + "\n")
    starts = sorted(
        {
            child.start_pos[0] - 1
            for child in tree.children
            if child.start_pos[1] == 0 and child.type not in ("newline", "endmarker")
            and child.start_pos[0] <= len(lines) and lines[child.start_pos[0] - 1][:1].strip()
        }
    )  # fmt: skip
    starts = [n for n in starts if not _continues(lines[n])]
    bounds = [*starts, len(lines)]
    return [(a, b) for a, b in zip([0, *starts] if starts[:1] != [0] else starts,
            bounds if starts[:1] != [0] else bounds[1:], strict=True) if b > a]  # fmt: skip


def _split_again(lines: list[str], start: int, end: int) -> list[tuple[int, int]]:
    """Split a broken stretch at its lines that begin a statement at the margin."""
    begins = r"(?:async +def|def|class|import|from|@)\b|@|[A-Za-z_][\w.]*\s*(?:\(|=[^=])"
    starts = [
        n for n in range(start, end)
        if re.match(begins, lines[n]) and not (n > start and lines[n - 1].startswith("@"))
    ]  # fmt: skip
    bounds = [*starts, end]
    return list(pairwise(bounds))


def _continues(line: str) -> bool:
    return re.match(r"(?:else|elif|except|finally|case)\b|[)\]}]", line) is not None


def _syntax_problem(lines: list[str], lost: list[int]) -> Problem:
    """Describe why a stretch cannot be parsed, with the line and the place in it."""
    start, end = lost[0], lost[-1] + 1
    stretch = lines[start:end]
    names = _names_in([lines[n] for n in lost])
    kind, line, caret, message = "syntax", start, None, "SyntaxError: invalid syntax"
    try:
        compile("\n".join(stretch) + "\n", "<check>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = min(start + (error.lineno or 1) - 1, len(lines) - 1)
        caret = error.offset
        message = f"{type(error).__name__}: {error.msg}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        message = f"{type(error).__name__}: {error}"
    newer = _newer_version("\n".join(stretch) + "\n")
    if newer:
        kind = "newer_syntax"
        here = ".".join(map(str, sys.version_info[:2]))
        message = f"valid from Python {newer}; this is Python {here}"
    return Problem(kind, line + 1, lines[line][:MAX_TEXT], caret, message[:MAX_TEXT], names)


def _newer_version(text: str) -> str | None:
    """Return the first newer version of Python in which a text is valid, or None."""
    from parso.grammar import load_grammar

    here = sys.version_info[:2]
    for minor in range(here[1] + 1, int(NEWEST.split(".")[1]) + 1):
        grammar = load_grammar(version=f"3.{minor}")
        if not list(grammar.iter_errors(grammar.parse(text))):
            return f"3.{minor}"
    return None


def _names_in(lines: list[str]) -> tuple[str, ...]:
    """Return the names that lines at the margin would bind, even where they cannot be parsed."""
    pattern = re.compile(
        r"(?:async +)?(?:def|class) +([A-Za-z_]\w*)|([A-Za-z_]\w*) *(?::[^=]*)?=(?!=)"
    )
    found = [pattern.match(line) for line in lines]
    return _bounded(match[1] or match[2] for match in found if match)


def _bounded(names: Iterable[str]) -> tuple[str, ...]:
    """Return distinct names, not too many and none too long."""
    return tuple(n for n in dict.fromkeys(names) if len(n) <= MAX_NAME)[:MAX_NAMES]


def _bindings(tree: ast.Module, with_globals: bool = True) -> Iterator[Binding]:
    """Yield every line that binds a name of the module, in functions only if asked to."""
    for node in _outer(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Binding(node.name, node.lineno, "def")
        elif isinstance(node, ast.ClassDef):
            yield Binding(node.name, node.lineno, "class")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield Binding(alias.asname or alias.name.partition(".")[0], node.lineno, "import")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield Binding(node.id, node.lineno, "assignment")
    for node in ast.walk(tree) if with_globals else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {
                n for each in ast.walk(node) if isinstance(each, ast.Global) for n in each.names
            }
            for each in ast.walk(node):
                if (
                    isinstance(each, ast.Name)
                    and isinstance(each.ctx, ast.Store)
                    and each.id in names
                ):
                    yield Binding(each.id, each.lineno, "global")


def _outer(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree in order, without the bodies of functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp,
                 ast.SetComp, ast.DictComp, ast.GeneratorExp)  # fmt: skip
        if not isinstance(child, inner):
            yield from _outer(child)


def _failure(
    kind: str, statement: ast.stmt, lines: list[str], error: str,
    raised: BaseException | None = None, filename: str = "",
) -> Problem:  # fmt: skip
    """Describe a statement that failed; the line is the innermost one of the statement itself."""
    line, trace = statement.lineno, raised.__traceback__ if raised else None
    while trace is not None:
        if (
            trace.tb_frame.f_code.co_filename == filename
            and trace.tb_frame.f_code.co_name == "<module>"
        ):
            line = trace.tb_lineno
        trace = trace.tb_next
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    names = _bounded(b.name for b in _bindings(ast.Module([statement], [])))
    return Problem(kind, line, text[:MAX_TEXT], None, error[:MAX_TEXT], names)


def _describe(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:
        message = ""
    first = message.strip().splitlines()[:1]
    return f"{type(error).__name__}: {first[0]}" if first else type(error).__name__
