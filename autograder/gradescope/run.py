"""Grade an upload in Gradescope's container: read `submission`, write `results/results.json`.

`python -m autograder.gradescope.run ROOT`, where ROOT contains `submission` and `results`. The file
is written before the first line of a student's code runs, and replaced atomically.
"""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError, AutograderError, WorkerError
from autograder.fsutil import RefusedFile, atomic_write, look_for, read_file
from autograder.grading.grade_submission import GradingResult, grade_source
from autograder.sandbox import FreshRunner, Runner, UnprivilegedRunner, bubblewrap, run_self_test
from autograder.submission.inline_answers import NotebookError, choose_answers, read_cells
from autograder.submission.reader import MAX_MODULE, MAX_NOTEBOOK, released_answers
from cs231n.engine.judging.render import to_text

LEVELS = {
    FreshRunner: "a bubblewrap sandbox",
    UnprivilegedRunner: (
        "an unprivileged user with a system-call filter and limits, without namespaces"
    ),
}
NOT_FINISHED = (
    "Grading stopped before it was complete, so this is not a mark. Submit again, and tell your "
    "instructor if it happens twice."
)


@dataclass(frozen=True)
class Upload:
    """The parts of an upload that are graded.

    Attributes:
        source: the student's module, or None.
        refused: the reason why there is no module, or None.
        answers: grade_id -> text, for the answered questions.
        notes: lines for the student about the files.
    """

    source: bytes | None
    refused: str | None
    answers: dict[str, str]
    notes: tuple[str, ...]


def read_upload(folder: Path, assignment: Assignment) -> Upload:
    """Read the module, at the top or in its package, and the answers of an upload.

    Args:
        folder: the unpacked upload; nothing in it is trusted.
        assignment: the assignment.
    """
    module, notes = f"{assignment.module}.py", []
    wanted = (Path(assignment.package) / module, Path(module))
    found = look_for(folder, lambda name: name == module)
    found.sort(key=lambda path: (path not in wanted, wanted.index(path) if path in wanted else 0))
    source, refused = None, f"Your submission contains no {module}. Submit that file."
    if found:
        try:
            source, refused = read_file(folder, folder / found[0], MAX_MODULE), None
            if not source.strip():
                source, refused = None, f"{found[0].as_posix()} is empty."
        except RefusedFile as error:
            refused = f"{found[0].as_posix()} {error}."
    if len(found) > 1:
        notes.append(
            f"Your submission contains {len(found)} files {module}. This one is graded: "
            f"{found[0].as_posix()}."
        )
    answers, remarks = _read_answers(folder, assignment)
    return Upload(source, refused, answers, (*notes, *remarks))


def _read_answers(folder: Path, assignment: Assignment) -> tuple[dict[str, str], list[str]]:
    """Return the answers in the first notebook that has answer cells, and notes on them."""
    blank = released_answers(assignment.repository / assignment.notebook, assignment)
    paths = look_for(folder, lambda name: name.endswith(".ipynb"))
    for path in sorted(paths, key=lambda path: path.name != assignment.notebook)[:10]:
        with suppress(RefusedFile, NotebookError):
            cells = read_cells(read_file(folder, folder / path, MAX_NOTEBOOK))
            if any(name in blank for name, _ in cells):
                return choose_answers(cells, blank)
    return {}, []


def find_runner() -> Runner:
    """Return the best runner whose self-test passes.

    Raises:
        AssignmentError: none protects what is hidden; then nothing is graded.
    """
    reasons = []
    for kind in LEVELS:
        if kind is FreshRunner and bubblewrap.program() is None:
            reasons.append("bubblewrap is not installed")
            continue
        runner = kind()
        try:
            run_self_test(runner)
        except WorkerError as error:
            runner.close()
            reasons.append(f"{LEVELS[kind]}: {error}")
        else:
            return runner
    raise AssignmentError("nothing was graded: " + "; ".join(reasons))


def key_of(root: Path) -> str:
    """Return a stable name of the submitters, which determines their hidden cases."""
    try:
        users = json.loads((root / "submission_metadata.json").read_text("utf-8"))["users"]
        return ",".join(sorted(str(user["email"]) for user in users))
    except (OSError, ValueError, KeyError, TypeError):
        return "gradescope"


def results_of(assignment: Assignment, upload: Upload, graded: GradingResult, level: str) -> dict:
    """Return the content of results.json."""
    tests = [
        {
            "number": str(number),
            "name": task.name,
            "score": verdict.points(task.points),
            "max_score": task.points,
            "status": "passed" if verdict.status == "passed" else "failed",
            "output": to_text(verdict, task.points),
            "output_format": "text",
            "visibility": "visible",
        }
        for number, (task, verdict) in enumerate(
            zip(assignment.tasks, graded.verdicts, strict=True), 1
        )
    ]
    points = ", ".join(f"{question.points:g}" for question in assignment.questions)
    by_hand = (
        f"The inline questions ({points} points) are graded by hand and are not in this score. "
        f"Answers found: {len(upload.answers)} of {len(assignment.questions)}."
    )
    score = round(sum(test["score"] for test in tests), 2)
    return {
        **_frame(score, "\n".join([by_hand, *upload.notes])),
        "tests": tests,
        "extra_data": {"level": level, "note": graded.note},
    }


def _frame(score: float, output: str) -> dict:
    """Return the entries of every results.json; only instructors see what the program prints."""
    formats = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}
    return {"score": score, "output": output, **formats,
            "visibility": "visible", "stdout_visibility": "hidden"}  # fmt: skip


def write_results(root: Path, results: dict) -> None:
    """Replace results.json atomically."""
    path = root / "results" / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(results, indent=1))


def grade_upload(root: Path, assignment: Assignment) -> str:
    """Grade `root/submission` into `root/results/results.json`.

    Args:
        root: Gradescope's folder, in the container `/autograder`.
        assignment: the assignment.
    Returns:
        How students' code was isolated, for the instructor.
    Raises:
        AutograderError: the container cannot grade. There is no results.json then, so that no
            student gets a zero.
    """
    limits = assignment.gradescope.limits(assignment.limits)
    assignment = replace(assignment, limits=limits)
    upload = read_upload(root / "submission", assignment)
    write_results(root, {**_frame(0, NOT_FINISHED), "tests": []})
    try:
        runner = find_runner()
        try:
            graded = grade_source(
                assignment, upload.source, key_of(root), upload.refused, runner.run
            )
        finally:
            runner.close()
    except AutograderError:
        (root / "results" / "results.json").unlink()
        raise
    level = LEVELS[type(runner)]
    write_results(root, results_of(assignment, upload, graded, level))
    return level


if __name__ == "__main__":
    try:
        (the_assignment,) = load_assignments()  # a zip contains one
        print(f"students' code was isolated by {grade_upload(Path(sys.argv[1]), the_assignment)}")
    except AutograderError as error:
        sys.exit(f"error: {error}")
