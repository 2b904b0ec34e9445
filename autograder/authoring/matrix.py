"""Every known mistake and every unusual right solution x every task: what it costs, what is said.

A task is run for an entry only if the entry can change it: its file defines the task's function or
a name that the solution's function uses, runs code at import, or is a whole file. All other tasks
are the solution's own, and those are judged once. Nothing is kept on disk.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from autograder.config import Assignment, Task
from autograder.grading.reference_data import reference_data_of
from cs231n.engine.judging import judge_task
from cs231n.engine.probes import observe
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.schema import Verdict

from .mistakes import Entry, load_entries
from .outcomes import load_entry_source, quiet

HIDDEN = 2  # hidden cases per task, as many as a submission meets
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Row:
    """What one entry of the catalogue gets.

    Attributes:
        entry: the mistake or variant.
        verdicts: task -> verdict, of the tasks that were run.
        lost: task -> marks lost, of the tasks that lose any.
    """

    entry: Entry
    verdicts: dict[str, Verdict]
    lost: dict[str, float]

    @property
    def exact(self) -> bool:
        """It loses just what its file says."""
        return self.lost == self.entry.loses

    @property
    def named(self) -> bool:
        """Each finding on a task that it spoils says which mistake it is."""
        return all(
            self.entry.name in [f.mistake for f in self.verdicts[task].findings]
            for task in self.entry.loses
            if task in self.verdicts
        )


@dataclass(frozen=True)
class Matrix:
    """All rows, the solution's own first among the variants.

    Attributes:
        tasks: in the assignment's order.
        mistakes, variants: a row each.
    """

    tasks: tuple[Task, ...]
    mistakes: tuple[Row, ...]
    variants: tuple[Row, ...]

    @property
    def wrong(self) -> list[Row]:
        """Rows that lose more or less than they should."""
        return [row for row in (*self.mistakes, *self.variants) if not row.exact]

    @property
    def costly(self) -> list[Row]:
        """Mistakes that cost marks: those that a finding could name."""
        return [row for row in self.mistakes if row.entry.loses]

    @property
    def unnamed(self) -> list[Row]:
        """Mistakes that cost marks and are not named."""
        return [row for row in self.costly if not row.named]

    @property
    def summary(self) -> str:
        """Counts and shares in one line."""
        rows, all_rows = len(self.costly), len(self.mistakes) + len(self.variants)
        named = rows - len(self.unnamed)
        return (
            f"{len(self.mistakes)} mistakes and {len(self.variants)} right solutions; "
            f"{all_rows - len(self.wrong)} of {all_rows} cost exactly what they should; "
            f"{named} of {rows} costly mistakes ({100 * named / max(rows, 1):.1f} %) are named"
        )


def compute(
    assignment: Assignment,
    progress: Progress = lambda done, total, name: None,
    keep: Callable[[Entry], bool] = lambda entry: True,
) -> Matrix:
    """Run all entries, in this process: they are ours.

    Args:
        assignment: whose mistakes and variants, judged by its public and hidden reference data.
        progress: called with (entries done, of how many, name of the next).
        keep: which entries to run.
    """
    public, hidden = reference_data_of(assignment)
    solution = assignment.solution.read_bytes()
    own = Entry("solution", "The reference solution.", {}, False, solution)
    entries = [
        [entry for entry in load_entries(assignment, folder) if keep(entry)]
        for folder in ("mistakes", "variants")
    ]
    entries[1].insert(0, own)
    names = [t.name for t in assignment.tasks]
    total, rows = sum(map(len, entries)), []
    for number, entry in enumerate([*entries[0], *entries[1]]):
        progress(number, total, entry.name)
        tasks = names if entry is own else touched(entry.source, solution, names)
        verdicts = judge_entry(assignment, entry, tasks, public, hidden, HIDDEN * number)
        rows.append(Row(entry, verdicts, _lost(assignment, verdicts)))
    progress(total, total, "")
    split = len(entries[0])
    return Matrix(assignment.tasks, tuple(rows[:split]), tuple(rows[split:]))


def _lost(assignment: Assignment, verdicts: dict[str, Verdict]) -> dict[str, float]:
    found = [(t, verdicts[t.name]) for t in assignment.tasks if t.name in verdicts]
    return {t.name: round(t.points - v.points(t.points), 2) for t, v in found if v.fraction < 1}


def judge_entry(
    assignment: Assignment,
    entry: Entry,
    tasks: list[str],
    public: ReferenceData,
    hidden: ReferenceData | None = None,
    start: int = 0,
) -> dict[str, Verdict]:
    """Verdicts of one entry.

    Args:
        tasks: names of those to judge.
        hidden: hidden reference data; HIDDEN cases of each task from number `start` on are run too.
    """
    verdicts = {}
    with quiet():
        module = load_entry_source(assignment, entry.source)
        for name in tasks:
            cases = list(public.task(name)["cases"])
            if hidden is not None:
                pool = hidden.pool(name)
                cases += [c for i in range(HIDDEN) for c in pool[(start + i) % len(pool)]]
            seen = {case["id"]: observe(module, case) for case in cases}
            verdicts[name] = judge_task(public, name, seen, hidden)
    return verdicts


def touched(source: bytes, solution: bytes, tasks: list[str]) -> list[str]:
    """The tasks that a file can change: all of a whole file, else those that use what it defines.

    Args:
        source: complete file; one on top of the solution begins with its text.
        solution: text of the reference solution.
        tasks: names of all tasks.
    """
    if not source.startswith(solution):
        return list(tasks)
    body = ast.parse(source[len(solution) :]).body[1:]  # without the docstring
    defined = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined |= {(a.asname or a.name).split(".")[0] for a in node.names}
        else:
            return list(tasks)  # code that runs at import may change anything
    kinds = ast.FunctionDef | ast.ClassDef
    definitions = [n for n in ast.parse(solution).body if isinstance(n, kinds)]
    uses = {d.name: {n.id for n in ast.walk(d) if isinstance(n, ast.Name)} for d in definitions}
    reach = {name: {name} | uses[name] for name in uses}
    for name in reach:  # the solution's functions call one another once at most
        reach[name] |= {deep for used in uses[name] for deep in uses.get(used, ())}
    return [name for name in tasks if reach[name] & defined]
