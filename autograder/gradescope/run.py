"""Runs in Gradescope's container: the submission in, results.json out.

`python -m autograder.gradescope.run ROOT`, where ROOT holds `submission` and `results`. The file is
written before the first line of a student's code runs, and replaced as a whole.
"""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError, AutograderError, WorkerError
from autograder.fsutil import RefusedFile, atomic_write, look_for, read_file
from autograder.grading.grade_submission import Graded, grade_source
from autograder.sandbox import bubblewrap
from autograder.sandbox import selftest as control
from autograder.sandbox.runners import Fresh, Plain
from autograder.sandbox.unprivileged import OtherUser
from autograder.submission.inline_answers import NotebookError, choose_answers, read_cells
from autograder.submission.reader import MAX_MODULE, MAX_NOTEBOOK, released_answers
from cs231n.engine.judging.render import to_text

LEVELS = {
    Fresh: "a sandbox of bubblewrap",
    OtherUser: "another user, a list of system calls and limits; no namespaces",
}
NOT_FINISHED = (
    "Grading was cut off before it came to an end. This is not a mark: submit again, and tell your "
    "instructor if it happens twice."
)


@dataclass(frozen=True)
class HandedIn:
    """What is taken from the uploaded files.

    Attributes:
        source: the student's module, or None.
        refused: why there is none, or None.
        answers: grade_id -> text, for the questions that were answered.
        notes: lines for the student about files.
    """

    source: bytes | None
    refused: str | None
    answers: dict[str, str]
    notes: tuple[str, ...]


def read_handed_in(folder: Path, assignment: Assignment) -> HandedIn:
    """Look through an upload: the module at the top or in its package, with or without notebook.

    Args:
        folder: what Gradescope unpacked; nothing in it is trusted.
    """
    module, notes = f"{assignment.module}.py", []
    wanted = (Path(assignment.package) / module, Path(module))
    found = look_for(folder, lambda name: name == module)
    found.sort(key=lambda path: (path not in wanted, wanted.index(path) if path in wanted else 0))
    source, refused = None, f"No {module} in your submission. Hand in that file."
    if found:
        try:
            source, refused = read_file(folder, folder / found[0], MAX_MODULE), None
            if not source.strip():
                source, refused = None, f"{found[0].as_posix()} is empty."
        except RefusedFile as why:
            refused = f"{found[0].as_posix()} {why}."
    if len(found) > 1:
        notes.append(f"{len(found)} files {module}; {found[0].as_posix()} is graded.")
    answers, remarks = _read_answers(folder, assignment)
    return HandedIn(source, refused, answers, (*notes, *remarks))


def _read_answers(folder: Path, assignment: Assignment) -> tuple[dict[str, str], list[str]]:
    """Answers of the first notebook that has cells for them."""
    blank = released_answers(assignment.repository / assignment.notebook, assignment)
    paths = look_for(folder, lambda name: name.endswith(".ipynb"))
    for path in sorted(paths, key=lambda path: path.name != assignment.notebook)[:10]:
        with suppress(RefusedFile, NotebookError):
            cells = read_cells(read_file(folder, folder / path, MAX_NOTEBOOK))
            if any(name in blank for name, _ in cells):
                return choose_answers(cells, blank)
    return {}, []


def find_runner() -> Plain:
    """The best way to run a worker whose control comes back right.

    Raises:
        AssignmentError: none protects what is hidden; then nothing is graded.
    """
    reasons = []
    for kind in LEVELS:
        if kind is Fresh and bubblewrap.program() is None:
            reasons.append("bubblewrap is not installed")
            continue
        runner = kind()
        try:
            control.hold(runner.run(control.JOB, control.source()))
        except WorkerError as why:
            runner.close()
            reasons.append(f"{LEVELS[kind]}: {why}")
        else:
            return runner
    raise AssignmentError("nothing was graded: " + "; ".join(reasons))


def key_of(root: Path) -> str:
    """A stable name of the submitters, by which hidden cases are drawn."""
    try:
        users = json.loads((root / "submission_metadata.json").read_text("utf-8"))["users"]
        return ",".join(sorted(str(user["email"]) for user in users))
    except (OSError, ValueError, KeyError, TypeError):
        return "gradescope"


def results_of(assignment: Assignment, handed_in: HandedIn, graded: Graded, level: str) -> dict:
    """The content of results.json."""
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
        f"The inline questions ({points} points) are graded by hand and are not in this score; "
        f"answers found: {len(handed_in.answers)} of {len(assignment.questions)}."
    )
    score = round(sum(test["score"] for test in tests), 2)
    return {
        **_frame(score, "\n".join([by_hand, *handed_in.notes])),
        "tests": tests,
        "extra_data": {"level": level, "note": graded.note},
    }


def _frame(score: float, output: str) -> dict:
    """What every results.json has. What is printed is for instructors, whatever a file prints."""
    looks = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}
    return {"score": score, "output": output, **looks,
            "visibility": "visible", "stdout_visibility": "hidden"}  # fmt: skip


def write(root: Path, results: dict) -> None:
    """Replace results.json: a reader finds the old one or the new one, never a part."""
    path = root / "results" / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(results, indent=1))


def grade_upload(root: Path, assignment: Assignment) -> str:
    """Grade what lies in `root/submission` into `root/results/results.json`.

    Returns:
        How students' code was held, for the instructor.
    Raises:
        AutograderError: our own fault; there is no results.json, so that nobody gets a zero.
    """
    limits = assignment.gradescope.limits(assignment.limits)
    assignment = replace(assignment, limits=limits)
    handed_in = read_handed_in(root / "submission", assignment)
    write(root, {**_frame(0, NOT_FINISHED), "tests": []})
    try:
        runner = find_runner()
        try:
            graded = grade_source(
                assignment, handed_in.source, key_of(root), handed_in.refused, runner.run
            )
        finally:
            runner.close()
    except AutograderError:
        (root / "results" / "results.json").unlink()
        raise
    level = LEVELS[type(runner)]
    write(root, results_of(assignment, handed_in, graded, level))
    return level


if __name__ == "__main__":
    try:  # the zip holds the hidden answers of the one assignment that it is for
        mine = next(each for each in load_assignments() if each.hidden_checks.is_file())
        print(f"students' code was held by: {grade_upload(Path(sys.argv[1]), mine)}")
    except AutograderError as error:
        sys.exit(f"error: {error}")
