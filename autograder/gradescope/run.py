"""Grade an upload in Gradescope's container: read `submission`, write `results/results.json`.

`python -m autograder.gradescope.run ROOT`, where ROOT contains `submission` and `results`. The file
is written before the first line of a student's code runs, and replaced atomically.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError, AutograderError, WorkerError
from autograder.fsutil import atomic_write
from autograder.grading.grade_submission import GradingResult, grade_source
from autograder.sandbox import FreshRunner, Runner, UnprivilegedRunner, bubblewrap, run_self_test
from autograder.submission.reader import Parts, read_parts, released_answers
from cs231n.engine.judging.degrees import limit_to_degree
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


def read_upload(folder: Path, assignment: Assignment) -> Parts:
    """Read the module and the answers of an upload, by the rules of `grade`.

    Args:
        folder: the unpacked upload; nothing in it is trusted.
        assignment: the assignment.
    """
    released = released_answers(assignment.repository / assignment.notebook, assignment)
    return read_parts(folder.parent, folder, assignment, released)


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


def results_of(assignment: Assignment, upload: Parts, graded: GradingResult, level: str) -> dict:
    """Return the content of results.json."""
    explain = assignment.student_help.explain
    tests = [
        {
            "number": str(number),
            "name": task.name,
            "score": verdict.points(task.points),
            "max_score": task.points,
            "status": "passed" if verdict.status == "passed" else "failed",
            "output": to_text(limit_to_degree(verdict, explain), task.points),
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
