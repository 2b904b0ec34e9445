"""Check the functions in the student's file and explain what is wrong.

In the notebook:

    from cs231n import gan_pytorch
    from cs231n.checks import checker
    check = checker(gan_pytorch, "gan-checks.npz")
    check("discriminator")

In a terminal, all tasks at once: `python -m cs231n.checks`.

Importing this package does not import torch, so that `python -m cs231n.submit` works without it.
"""

import importlib
from collections import Counter
from pathlib import Path
from types import ModuleType

from cs231n.engine.judging import import_failure, judge_task, verdict_without_run
from cs231n.engine.judging.render import to_html, to_text
from cs231n.engine.reference_data import ReferenceData, TaskReference, load_reference_data
from cs231n.engine.schema import Verdict

__all__ = ["Checker", "Hint", "Result", "check_all", "checker", "subprocess_runner"]


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
        return to_html(self.verdict, self.points)


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
    """Callable: `check(task)` returns a `Result`, `check.hint(task)` the next `Hint`.

    Args:
        module: the student's module.
        reference: the public reference data.
    """

    def __init__(self, module: ModuleType, reference: ReferenceData):
        self._module, self._reference = module, reference
        self._hints_given: Counter[str] = Counter()
        self._stamp = _stamp(module)

    @property
    def tasks(self) -> list[str]:
        """Names of all tasks, in the order of the notebook."""
        return [task.name for task in self._reference.tasks]

    def __call__(self, task: str) -> Result:
        """Judge one function as it is in the saved file.

        Args:
            task: name of the function.
        Raises:
            KeyError: there is no such task; the message lists the tasks.
        """
        reference = self._reference.task(task)
        return Result(self._reload(task) or self._judge(reference), reference.points)

    def hint(self, task: str) -> Hint:
        """Return the next hint for a task: first a question, then the place, then the rule.

        A hint never contains code.

        Args:
            task: name of the function.
        Raises:
            KeyError: there is no such task; the message lists the tasks.
        """
        hints = self._reference.task(task).hints
        if not hints:
            return Hint(f"{task}: there are no hints for this task. Read its docstring again.")
        number = min(self._hints_given[task], len(hints) - 1)
        self._hints_given[task] += 1
        last = number + 1 == len(hints)
        advice = "This is the last hint." if last else "Ask again for a stronger hint."
        return Hint(f"Hint {number + 1} of {len(hints)}: {hints[number]} {advice}")

    def _judge(self, task: TaskReference) -> Verdict:
        from cs231n.engine.probes import observe  # imports torch

        cases = self._reference.cases_to_run(task.name)
        observed = {case.id: observe(self._module, case) for case in cases}
        return judge_task(self._reference, task.name, observed)

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
    module: str, reference: ReferenceData, tasks: list[str] | None = None
) -> list[Result]:
    """Import the student's module and check its functions.

    Args:
        module: dotted name, such as "cs231n.gan_pytorch".
        reference: the public reference data.
        tasks: names of functions; None for all.
    Returns:
        One result per task, in the order of the notebook; only one, for the first task, if the
        module cannot be imported.
    """
    tables = [t for t in reference.tasks if tasks is None or t.name in tasks]
    try:
        check = Checker(importlib.import_module(module), reference)
    except Exception as error:
        file = str(Path(*module.split(".")).with_suffix(".py").resolve())
        return [Result(_import_failure(tables[0].name, error, file), tables[0].points)]
    return [check(table.name) for table in tables]


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
