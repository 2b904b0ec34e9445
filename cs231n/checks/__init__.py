"""`check("discriminator")`: is your function right, and if not, what is wrong?

In the notebook:

    from cs231n import gan_pytorch
    from cs231n.checks import checker
    check = checker(gan_pytorch, "gan-checks.npz")
    check("discriminator")

In a terminal, all tasks at once: `python -m cs231n.checks`.
"""

import argparse
import importlib
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

from cs231n.engine.judging import judge_task, verdict_without_run
from cs231n.engine.judging.render import to_html, to_text
from cs231n.engine.judging.unreadable import import_code, import_words, source_lines
from cs231n.engine.probes import describe_error, observe
from cs231n.engine.reference_data import (
    PATTERN,
    ReferenceData,
    ReferenceDataError,
    load_reference_data,
)
from cs231n.engine.schema import Verdict


class Result:
    """A verdict as a notebook or a terminal shows it.

    Attributes:
        verdict: the record.
    """

    def __init__(self, verdict: Verdict, points: float):
        self.verdict = verdict
        self._points = points

    def __repr__(self) -> str:
        return to_text(self.verdict, self._points)

    def _repr_html_(self) -> str:
        return to_html(self.verdict, self._points)


class Hint:
    """One step of a hint, as a notebook or a terminal shows it."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Checker:
    """Callable: `check(task)` gives a `Result`, `check.hint(task)` the next hint."""

    def __init__(self, module: ModuleType, answers: ReferenceData):
        self._module = module
        self._answers = answers
        self._hints_given: Counter[str] = Counter()
        self._stamp = _stamp(module)

    @property
    def tasks(self) -> list[str]:
        """Names of all tasks, in the order of the notebook."""
        return [task["name"] for task in self._answers.spec["tasks"]]

    def __call__(self, task: str) -> Result:
        """Judge one function as it stands in the file now.

        Args:
            task: the function's name.
        Raises:
            KeyError: there is no such task; the message lists those there are.
        """
        table = self._answers.task(task)
        return Result(self._reload(task) or self._judge(table), table["points"])

    def hint(self, task: str) -> Hint:
        """The next hint for a task, each stronger than the one before: a question, the place,
        the rule. Never the code."""
        hints = self._answers.task(task)["hints"]
        if not hints:
            return Hint(f"{task}: there are no hints for it. Read its docstring once more.")
        number = min(self._hints_given[task], len(hints) - 1)
        self._hints_given[task] += 1
        more = " Ask again for a stronger one." if number + 1 < len(hints) else " It is the last."
        return Hint(f"Hint {number + 1} of {len(hints)}: {hints[number]}{more}")

    def _judge(self, table: dict) -> Verdict:
        observed = {case["id"]: observe(self._module, case) for case in table["cases"]}
        return judge_task(self._answers, table["name"], observed)

    def _reload(self, task: str) -> Verdict | None:
        """Take in the file again if it was saved since; a verdict if it cannot be read."""
        stamp = _stamp(self._module)
        if stamp == self._stamp:
            return None
        try:
            importlib.reload(self._module)
        except Exception as error:
            return _unreadable(task, error, self._module.__file__)
        self._stamp = stamp
        return None


def checker(module: ModuleType, answers: str | Path) -> Checker:
    """Make the `check` function of a notebook.

    Args:
        module: the student's module, as imported.
        answers: path of the npz with the public reference data.
    Raises:
        ReferenceDataError: the npz is missing, damaged or of another version.
    """
    return Checker(module, load_reference_data(answers))


def _stamp(module: ModuleType) -> tuple[int, int] | None:
    try:
        status = Path(module.__file__).stat()
    except (OSError, TypeError, AttributeError):
        return None
    return status.st_mtime_ns, status.st_size


def _unreadable(task: str, error: Exception, file: str) -> Verdict:
    """The verdict on any task of a file that Python cannot read."""
    known = describe_error(error, file)
    return verdict_without_run(task, import_code(known), source_lines(known), **import_words(known))


def main(arguments: list[str] | None = None) -> int:
    """Check all tasks of the assignments in this folder, or those named, and print the findings.

    Returns:
        0 if every task passed, 1 if not, 2 if the checks could not be run.
    """
    parser = argparse.ArgumentParser(prog="python -m cs231n.checks", description=main.__doc__)
    parser.add_argument("tasks", nargs="*", help="names of functions; all if none is given")
    parser.add_argument("--module", help="the module to check, if not that of the answers")
    parser.add_argument(
        "--answers", help="the file of public reference data; else every *-checks.npz"
    )
    options = parser.parse_args(arguments)
    try:
        files = [options.answers] if options.answers else sorted(map(str, Path().glob(PATTERN)))
        wanted = _wanted([load_reference_data(file) for file in files], options.tasks)
    except ReferenceDataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if not wanted:
        print(f"error: {_nothing_wanted(files, options.tasks)}", file=sys.stderr)
        return 2
    right = [_check_all(answers, tables, options.module) for answers, tables in wanted]
    return 0 if all(right) else 1


def _wanted(found: list[ReferenceData], names: list[str]) -> list[tuple[ReferenceData, list[dict]]]:
    """Of each assignment the tasks that were asked for, if there are any; none for a wrong name."""
    tables = [[t for t in a.spec["tasks"] if not names or t["name"] in names] for a in found]
    known = {table["name"] for some in tables for table in some}
    chosen = [(a, some) for a, some in zip(found, tables, strict=True) if some]
    return chosen if set(names) <= known else []


def _nothing_wanted(files: list[str], names: list[str]) -> str:
    if not files:
        return f"no {PATTERN} in {Path.cwd()}; run this in the folder of the assignment"
    known = [t["name"] for file in files for t in load_reference_data(file).spec["tasks"]]
    wrong = next(name for name in names if name not in known)
    return f"no task {wrong!r}; the tasks are {', '.join(known)}"


def _check_all(answers: ReferenceData, tables: list[dict], module: str | None) -> bool:
    """Print the results of one assignment; whether all of its tasks passed."""
    module = module or answers.spec["module"]
    try:
        check = Checker(importlib.import_module(module), answers)
    except Exception as error:
        file = str(Path(*module.split(".")).with_suffix(".py").resolve())
        print(Result(_unreadable(tables[0]["name"], error, file), tables[0]["points"]))
        return False
    results = [check(table["name"]) for table in tables]
    print(*results, sep="\n")
    earned = sum(r.verdict.points(t["points"]) for r, t in zip(results, tables, strict=True))
    print(f"{earned:g} of {sum(t['points'] for t in tables):g} points by these checks")
    return all(r.verdict.status == "passed" for r in results)
