"""Judge every known mistake and every unusual correct solution, and print the result as a matrix.

The matrix states the marks that a solution loses in each task, and what the student reads. A task
runs only if the file can change it: the file defines the task's function or a name that the
solution's function uses, runs code at import, or replaces the solution. All other tasks are the
solution's own, and those are judged once.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from autograder.config import Assignment, Task
from autograder.grading.reference_data import reference_data_of
from cs231n.engine.explaining.table import table_text
from cs231n.engine.judging import judge_task
from cs231n.engine.probes import observe
from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.schema import Verdict

from .mistakes import KnownSolution, load_known_solutions, load_own_source, quiet

HIDDEN = 2  # hidden cases per task, as many as a submission meets
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class MatrixRow:
    """The result of one known solution.

    Attributes:
        solution: the mistake or variant.
        verdicts: task -> verdict, of the tasks that were run.
        lost: task -> marks lost, of the tasks that lose any.
    """

    solution: KnownSolution
    verdicts: dict[str, Verdict]
    lost: dict[str, float]

    @property
    def exact(self) -> bool:
        """Whether it loses exactly the marks that its file states."""
        return self.lost == self.solution.loses

    @property
    def explained(self) -> bool:
        """Whether the findings on each task that it spoils contain the words that its file states.

        A mistake of one function that others use is explained once: in one of the tasks.
        """
        words = self.solution.explains
        texts = [text_of(self.verdicts[t]) for t in self.solution.loses if t in self.verdicts]
        return bool(words) and any(all(word in text for word in words) for text in texts)


@dataclass(frozen=True)
class Matrix:
    """All rows; the first variant is the reference solution.

    Attributes:
        tasks: in the assignment's order.
        mistakes, variants: a row each.
    """

    tasks: tuple[Task, ...]
    mistakes: tuple[MatrixRow, ...]
    variants: tuple[MatrixRow, ...]

    @property
    def wrong(self) -> list[MatrixRow]:
        """Rows that lose more or less than their file states."""
        return [row for row in (*self.mistakes, *self.variants) if not row.exact]

    @property
    def costly(self) -> list[MatrixRow]:
        """Mistakes that cost marks."""
        return [row for row in self.mistakes if row.solution.loses]

    @property
    def unexplained(self) -> list[MatrixRow]:
        """Mistakes that cost marks and whose findings lack words that their files state."""
        return [row for row in self.costly if not row.explained]

    @property
    def summary(self) -> str:
        """Counts and shares in one line."""
        rows, all_rows = len(self.costly), len(self.mistakes) + len(self.variants)
        explained = rows - len(self.unexplained)
        return (
            f"{len(self.mistakes)} mistakes and {len(self.variants)} correct solutions; "
            f"{all_rows - len(self.wrong)} of {all_rows} cost exactly what they should; "
            f"{explained} of {rows} costly mistakes ({100 * explained / max(rows, 1):.1f}%) "
            "are explained"
        )


def compute(
    assignment: Assignment,
    progress: Progress = lambda done, total, name: None,
    keep: Callable[[KnownSolution], bool] = lambda known: True,
) -> Matrix:
    """Judge all known solutions, in this process: they are part of the repository.

    Args:
        assignment: whose solutions to judge.
        progress: called with (solutions done, all solutions, name of the next).
        keep: decides which solutions to judge.
    Raises:
        AssignmentError: the reference data are missing or stale, or a file has an error.
    """
    public, hidden = reference_data_of(assignment)
    solution = assignment.solution.read_bytes()
    reference = KnownSolution("solution", "The reference solution.", {}, (), solution)
    solutions = [
        [known for known in load_known_solutions(assignment, folder) if keep(known)]
        for folder in ("mistakes", "variants")
    ]
    solutions[1].insert(0, reference)
    names = [t.name for t in assignment.tasks]
    total, rows = sum(map(len, solutions)), []
    for number, known in enumerate([*solutions[0], *solutions[1]]):
        progress(number, total, known.name)
        tasks = names if known is reference else touched(known.source, solution, names)
        verdicts = judge_known_solution(assignment, known, tasks, public, hidden, HIDDEN * number)
        rows.append(MatrixRow(known, verdicts, _lost(assignment, verdicts)))
    progress(total, total, "")
    split = len(solutions[0])
    return Matrix(assignment.tasks, tuple(rows[:split]), tuple(rows[split:]))


def _lost(assignment: Assignment, verdicts: dict[str, Verdict]) -> dict[str, float]:
    found = [(t, verdicts[t.name]) for t in assignment.tasks if t.name in verdicts]
    return {t.name: round(t.points - v.points(t.points), 2) for t, v in found if v.fraction < 1}


def judge_known_solution(
    assignment: Assignment,
    known: KnownSolution,
    tasks: list[str],
    public: ReferenceData,
    hidden: ReferenceData | None = None,
    start: int = 0,
) -> dict[str, Verdict]:
    """Judge tasks of one known solution and return their verdicts.

    Args:
        assignment: of the solution.
        known: the solution.
        tasks: names of those to judge.
        public: the public reference data.
        hidden: hidden reference data; None to run the public cases only.
        start: number of the first hidden case of each task to run; HIDDEN of them are run.
    """
    verdicts = {}
    with quiet():
        module = load_own_source(assignment, known.source)
        for name in tasks:
            cases = public.cases_to_run(name)
            if hidden is not None:
                pool = hidden.task(name).pool()
                cases += [c for i in range(HIDDEN) for c in pool[(start + i) % len(pool)]]
            seen = {case.id: observe(module, case) for case in cases}
            verdicts[name] = judge_task(public, name, seen, hidden)
    return verdicts


def touched(source: bytes, solution: bytes, tasks: list[str]) -> list[str]:
    """Return the tasks that a file can change.

    Args:
        source: a complete file; a file that extends the solution begins with its text.
        solution: the text of the reference solution.
        tasks: the names of all tasks.
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


def text_of(verdict: Verdict) -> str:
    """Return all that a verdict says: sentences, details and tables."""
    lines = []
    for finding in verdict.findings:
        lines += [finding.text, *finding.details, *table_text(finding.rows)]
    return "\n".join(lines)


INTRO = (
    "Each row is a wrong solution that students write, the marks that it loses in each task, and "
    "what the student reads. The files are in `mistakes/` of the assignment's data folder. "
    "`python -m autograder matrix --markdown FILE` writes this page. A mistake counts as explained "
    "if the student's check contains the words that its file states. Some of these words are "
    'general, such as "wrong value": they do not name the cause.'
)


def message(row: MatrixRow) -> str:
    """Return what a student reads who makes this mistake: each sentence once, without remarks."""
    texts = [f.text for v in row.verdicts.values() for f in v.findings if not f.remark]
    return " ".join(dict.fromkeys(texts))


def to_text(matrix: Matrix) -> str:
    """Return a line for each row with the marks that it loses, then errors and totals."""
    lines = []
    for row in (*matrix.mistakes, *matrix.variants):
        marks = ", ".join(f"{task} -{points:g}" for task, points in row.lost.items()) or "nothing"
        flag = "" if row.exact else f"  SHOULD LOSE {row.solution.loses or 'nothing'}"
        lines.append(f"{row.solution.name}: loses {marks}{flag}")
        if row.lost:
            lines.append(f"    {message(row)}")
    for row in matrix.wrong:
        lines.append(f"{row.solution.name}: loses {row.lost}; its file states {row.solution.loses}")
    for row in matrix.unexplained:
        words = "; ".join(row.solution.explains) or "no"
        lines.append(f"{row.solution.name}: not explained (Explains: {words})")
    return "\n".join([*lines, matrix.summary])


def to_markdown(matrix: Matrix) -> str:
    """Return a table for each folder of mistakes, and the list of correct variants."""
    lines = ["# Known mistakes", "", INTRO, "", matrix.summary + ".", ""]
    lines += [f"{n}. `{t.name}`, {t.points:g} points" for n, t in enumerate(matrix.tasks, 1)]
    numbers = [str(n) for n, _ in enumerate(matrix.tasks, 1)]
    folders: dict[str, list[MatrixRow]] = {}
    for row in matrix.mistakes:
        folders.setdefault(row.solution.name.partition("/")[0], []).append(row)
    for folder, rows in folders.items():
        heads = ["mistake", *numbers, "what the student reads"]
        lines += ["", f"## {folder}", "", _table_line(heads)]
        lines.append(_table_line(["---", *["--:"] * len(numbers), "---"]))
        for row in rows:
            name = row.solution.name.partition("/")[2]
            marks = [f"{row.lost[t.name]:g}" if t.name in row.lost else "" for t in matrix.tasks]
            lines.append(_table_line([f"`{name}`", *marks, message(row)]))
    lines += ["", "## Correct, however unusual", "", "These keep every mark.", ""]
    lines += [f"- `{row.solution.name}`: {row.solution.says}" for row in matrix.variants]
    return "\n".join(lines) + "\n"


def _table_line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
