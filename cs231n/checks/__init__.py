"""Check the functions in the student's file and explain what is wrong.

In the notebook:

    from cs231n import gan_pytorch
    from cs231n.checks import checker
    check = checker(gan_pytorch, "gan-checks.npz")
    check("discriminator")             # or check(gan_pytorch.discriminator)
    check()                            # the state of all tasks

In a terminal, all tasks at once: `python -m cs231n.checks`.

Importing this package does not import torch, so that `python -m cs231n.submit` works without it.
"""

import importlib
import importlib.util
import linecache
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cs231n.engine.judging import (
    add_file_findings,
    import_failure,
    judge_task,
    verdict_without_run,
)
from cs231n.engine.judging.degrees import limit_to_degree
from cs231n.engine.judging.render import headline, to_html, to_text
from cs231n.engine.reference_data import ReferenceData, TaskReference, load_reference_data
from cs231n.engine.schema import FileReport, Lost, Verdict

from .hints import first_hint
from .time_limit import TimeLimitReached, check_limit, time_limit

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "Checker", "Hint", "Overview", "Result", "check_all", "check_source", "checker",
    "subprocess_runner",
]  # fmt: skip


class Result:
    """A verdict as a notebook or a terminal shows it.

    Attributes:
        verdict: the record.
        points: of the task.
    """

    def __init__(self, verdict: Verdict, points: float):
        self.verdict, self.points = verdict, points

    def __repr__(self) -> str:
        return to_text(self.verdict, self.points)

    def _repr_html_(self) -> str:
        return to_html(self.verdict, self.points, folded=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | None:
        """Show the verdict beside the result, whose text is the number of points.

        `nbgrader validate` and its button read a number in the result of a graded cell as partial
        credit; without it, every cell that raises nothing counts as passed.
        """
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is None or not hasattr(shell, "kernel"):
            return None
        shell.display_pub.publish({"text/plain": repr(self), "text/html": self._repr_html_()})
        return {"text/plain": f"{self.verdict.points(self.points):g}", "text/html": ""}


@dataclass(frozen=True)
class Overview:
    """The state of all tasks, as a notebook or a terminal shows it.

    Attributes:
        results: one for each task, in the order of the notebook; only one, for the first task, if
            the file cannot be imported.
    """

    results: tuple[Result, ...]

    @property
    def total(self) -> str:
        """One line: the points of all tasks."""
        earned = sum(result.verdict.points(result.points) for result in self.results)
        return f"{earned:g} of {sum(r.points for r in self.results):g} points by these checks"

    def __repr__(self) -> str:
        lines = [headline(result.verdict, result.points) for result in self.results]
        return "\n".join([*lines, self.total])

    def _repr_html_(self) -> str:
        parts = [to_html(result.verdict, result.points, folded=True) for result in self.results]
        return "".join(parts) + f"<p>{escape(self.total)}</p>"


class Hint:
    """One hint, as a notebook or a terminal shows it.

    Attributes:
        text: whole sentences.
    """

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Checker:
    """Callable: `check(task)` returns a `Result`, `check()` an `Overview` of all tasks.

    `check.hint(task)` returns the next `Hint`. A task is its name or the student's function.

    Args:
        module: the student's module.
        reference: the public reference data.
        report: what was noticed when the file was loaded; None if Python imported it.
    """

    def __init__(
        self, module: ModuleType, reference: ReferenceData, report: FileReport | None = None
    ):
        self._module, self._reference, self._report = module, reference, report
        self._hints_given: Counter[str] = Counter()
        self._verdicts: dict[str, Verdict] = {}
        self._hinted: dict[str, str] = {}  # the first hint given last, by task
        self._stamp = _stamp(module)

    @property
    def tasks(self) -> list[str]:
        """Names of all tasks, in the order of the notebook."""
        return [task.name for task in self._reference.tasks]

    @property
    def answers(self) -> "dict[str, Tensor]":
        """The inputs of the results that the notebook's text mentions: float64 tensors, by name."""
        import torch

        numbers = self._reference.printed_numbers
        return {
            name: torch.tensor(values, dtype=torch.float64)
            for name, values in numbers.items()
            if isinstance(values, list)
        }

    def __call__(self, task: str | Callable | None = None) -> Result | Overview:
        """Judge one function as it is in the saved file, or all of them.

        A function that runs too long is interrupted; see `time_limit.check_limit`.

        Args:
            task: the function or its name; None for all tasks.
        Raises:
            KeyError: there is no such task; the message lists the tasks.
        """
        if task is None:
            results = [self._check(self.tasks[0])]
            if not _is_import_failure(results[0].verdict):
                results += [self._check(name) for name in self.tasks[1:]]
            return Overview(tuple(results))
        return self._check(_name_of(task))

    def hint(self, task: str | Callable) -> Hint:
        """Return the next hint for a task.

        If the last check found a mistake, the first hint starts from it. Then follow a question,
        the place, and the rule. A hint never contains code.

        Args:
            task: the function or its name.
        Raises:
            KeyError: there is no such task; the message lists the tasks.
        """
        task = _name_of(task)
        hints = self._reference.task(task).hints
        first = first_hint(self._verdicts.get(task))
        if first and self._hinted.get(task) != first:
            self._hinted[task] = first
            return Hint(f"Your last check: {first}" + (" Ask again for more." if hints else ""))
        if not hints:
            return Hint(f"{task}: there are no hints for this task. Read its docstring again.")
        number = min(self._hints_given[task], len(hints) - 1)
        self._hints_given[task] += 1
        last = number + 1 == len(hints)
        advice = "This is the last hint." if last else "Ask again for a stronger hint."
        return Hint(f"Hint {number + 1} of {len(hints)}: {hints[number]} {advice}")

    def _check(self, task: str) -> Result:
        reference = self._reference.task(task)
        seconds = check_limit()
        try:
            with time_limit(seconds):
                verdict = self._reload(task) or self._judge(reference)
        except TimeLimitReached:
            lost = Lost(outcome="wall", code="timed_out", words={"limit": f"{seconds:g} s"})
            verdict = verdict_without_run(task, lost)
        self._verdicts[task] = verdict
        return Result(verdict, reference.points)

    def _judge(self, task: TaskReference) -> Verdict:
        from cs231n.engine.probes import observe  # imports torch

        cases = self._reference.cases_to_run(task.name)
        observed = {case.id: observe(self._module, case) for case in cases}
        verdict = judge_task(self._reference, task.name, observed)
        report = self._report or _report_on(self._module)
        verdict = add_file_findings([verdict], report, {task.name: observed}, self.tasks[0])[0]
        return limit_to_degree(verdict, self._reference.explain)

    def _reload(self, task: str) -> Verdict | None:
        """Reload the file if it was saved since; return a verdict if that fails."""
        stamp = _stamp(self._module)
        if stamp == self._stamp:
            return None
        try:
            importlib.reload(self._module)
        except Exception as error:
            return _import_failure(task, error, self._module.__file__)
        self._stamp = stamp
        return None


def checker(module: ModuleType, answers: str | Path) -> Checker:
    """Create the `check` function of a notebook.

    Args:
        module: the student's module, as imported.
        answers: path of the npz with the public reference data.
    Raises:
        ReferenceDataError: the npz is missing, damaged or of another version.
    """
    return Checker(module, load_reference_data(answers))


def check_all(
    module: str,
    reference: ReferenceData,
    tasks: list[str] | None = None,
    progress: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Read the student's file as the autograder does and check its functions.

    Whatever can be run of the file is run, in a new module, without the names of a notebook and
    without packages that requirements.txt does not name.

    Args:
        module: dotted name, such as "cs231n.gan_pytorch".
        reference: the public reference data.
        tasks: names of functions; None for all.
        progress: called with each result.
    Returns:
        One result per task, in the order of the notebook; only one, for the first task, if the
        file cannot be found.
    """
    tables = [t for t in reference.tasks if tasks is None or t.name in tasks]
    try:
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"No module named {module!r}")
        source = Path(spec.origin).read_bytes()
    except (ImportError, OSError) as error:
        file = str(Path(*module.split(".")).with_suffix(".py").resolve())
        return [Result(_import_failure(tables[0].name, error, file), tables[0].points)]
    return check_source(source, spec.origin, module, reference, tasks, progress)


def check_source(
    source: bytes,
    file: str,
    module: str,
    reference: ReferenceData,
    tasks: list[str] | None = None,
    progress: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Check a student's file in the place of a module; see `check_all`.

    Args:
        source: bytes of the file.
        file: its path, for tracebacks.
        module: see `check_all`.
        reference: see `check_all`.
        tasks: see `check_all`.
        progress: see `check_all`.
    Returns:
        One result per task.
    """
    results = []
    with _loaded(source, file, module, reference) as (loaded, report):
        check = Checker(loaded, reference, report)
        for task in reference.tasks:
            if tasks is None or task.name in tasks:
                results.append(check(task.name))
                if progress is not None:
                    progress(results[-1])
    return results


@contextmanager
def _loaded(
    source: bytes, file: str, name: str, reference: ReferenceData
) -> Iterator[tuple[ModuleType, FileReport]]:
    """Load a student's file as the autograder does; restore the imported module afterwards."""
    from cs231n.engine.loading.import_shims import ImportShims, only_required
    from cs231n.engine.loading.load_source import load_file
    from cs231n.engine.probes.force_cpu import on_cpu  # imports torch
    from cs231n.engine.probes.global_state import global_state_kept

    package, _, own = name.rpartition(".")
    parent, before = importlib.import_module(package), sys.modules.get(name)
    shims = ImportShims(name, only_required(Path("requirements.txt")))
    given = ("numbers.npz", reference.printed_numbers)
    try:
        with global_state_kept(), shims.installed(source, given):
            with on_cpu():
                loaded = load_file(source, package, own, file, shims)
            yield loaded
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before
            setattr(parent, own, before)


def _report_on(module: ModuleType) -> FileReport:
    """Return what can be noticed of a file that Python has imported."""
    from cs231n.engine.loading.recovery import parse, report_on  # imports torch

    file = getattr(module, "__file__", None) or ""
    linecache.checkcache(file)
    return report_on(parse("".join(linecache.getlines(file)).encode()))


def _is_import_failure(verdict: Verdict) -> bool:
    return any(finding.code in ("unreadable", "import_failed") for finding in verdict.findings)


def _name_of(task: str | Callable) -> str:
    return task if isinstance(task, str) else getattr(task, "__name__", repr(task))


def _stamp(module: ModuleType) -> tuple[int, int] | None:
    """Return time and size of the module's file, to notice that it was saved."""
    try:
        status = Path(module.__file__).stat()
    except (OSError, TypeError, AttributeError):
        return None
    return status.st_mtime_ns, status.st_size


def _import_failure(task: str, error: Exception, file: str) -> Verdict:
    """Return the verdict on any task of a file that Python cannot import."""
    from cs231n.engine.probes import describe_error  # imports torch

    return verdict_without_run(task, import_failure(describe_error(error, file)))
