"""A class of 43 comes from a platform, is graded, and its marks and feedback go back there."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli.main import main
from helpers import downloads
from helpers.course import ASSIGNMENT, edit_cells, read_results
from helpers.downloads import Student, pack

QUESTION = ASSIGNMENT.questions[0].grade_id
STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")
TASKS = [task.name for task in ASSIGNMENT.tasks]
POINTS = {task.name: task.points for task in ASSIGNMENT.tasks}
NAMES = ["Ann Bell", "Zoë Müller", "Łukasz O'Neil", "李 雷", "Jean-Luc de la Cruz"]
EMPTY, STRANGER, NO_FILES = 7, 8, 9  # numbers of the special submissions
COUNT = 43


@dataclass(frozen=True)
class Expected:
    """A student of the class and the automatic points of the submission."""

    student: Student
    points: float


def files_of(number: int, notebook: bytes) -> tuple[dict[str, bytes], float]:
    """Return the files of one submission, in one of six forms, and its automatic points."""
    solved = TASKS[: number % (len(TASKS) + 1)]
    source = " ".join(solved).encode() or b"none"
    loose = {"gan_pytorch.py": source, ASSIGNMENT.notebook: notebook}
    forms = [
        loose,
        {f"cs231n/{name}" if name.endswith(".py") else name: d for name, d in loose.items()},
        {"work.zip": pack({f"hw/{name}": data for name, data in loose.items()})},
        {"outer.zip": pack({"inner.zip": pack(loose)})},
        {"gan_pytorch-1.py": source, ASSIGNMENT.notebook: notebook},
        {f"Übung {number}/gan_pytorch.py": source, f"Übung {number}/{STEM} (2).ipynb": notebook},
    ]
    return forms[number % len(forms)], float(sum(POINTS[name] for name in solved))


def make_class(folder: Path) -> list[Expected]:
    """Invent the class: late ones, an empty upload, a stranger, and somebody without files."""
    edit_cells(folder, {QUESTION: "The value is 0."})
    notebook = (folder / ASSIGNMENT.notebook).read_bytes()
    people = []
    for number in range(1, COUNT + 1):
        files, points = files_of(number, notebook)
        if number in (EMPTY, NO_FILES):
            files, points = ({"gan_pytorch.py": b""} if number == EMPTY else {}), 0.0
        first, _, last = NAMES[number % len(NAMES)].partition(" ")
        student = Student(number, first, f"{last}", files, number % 5 == 0, number != STRANGER)
        people.append(Expected(student, points))
    return people


def first_attempt(people: list[Expected]) -> list[Student]:
    """An earlier download, in which two students had other files."""
    return [
        Student(p.number, p.first, p.last, {"gan_pytorch.py": b"none"}, p.late)
        for p in (each.student for each in people[:2])
    ]


def marks_in(platform: str, course: Path) -> dict[str, str]:
    """Student's login -> mark in the file that goes back."""
    name = {"canvas": "canvas", "moodle": "moodle", "gradescope": "nbgrader"}[platform]
    text = (course / f"{name}-gans.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    if platform == "canvas":
        return {row["SIS Login ID"]: row["GANs (123)"] for row in rows if row["SIS Login ID"]}
    if platform == "moodle":
        return {row["Username"]: row["Grade"] for row in rows}
    return {row["student_id"]: row["score"] for row in rows}


def check_feedback(platform: str, course: Path, people: list[Expected]) -> None:
    """Every page is under the name that its own student's submission came with."""
    if platform == "gradescope":
        pages = {path.stem: path.read_text() for path in (course / "feedback-gans").iterdir()}
        assert sorted(pages) == [each.student.login for each in people]
        for each in people:
            assert f"({each.student.login})" in pages[each.student.login]
        return
    with zipfile.ZipFile(course / f"feedback-gans-{platform}.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert len(members) == len(people)
    for each in people:
        number = each.student.moodle_id if platform == "moodle" else each.student.canvas_id
        (name,) = [name for name in members if f"_{number}_" in name]
        data = members[name]
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                data = inner.read("feedback.html")
        text = data.decode()
        shown = json.loads(text)["cells"][0]["source"] if name.endswith(".ipynb") else text
        assert each.student.login in shown, name


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["canvas", "moodle", "gradescope"])
def test_class_goes_from_the_platform_and_back(platform, course, graded, tmp_path, capsys):
    """Collect twice, grade, mark one question, feedback, export: every file and mark is right."""
    blank = tmp_path / "blank"
    blank.mkdir()
    (blank / ASSIGNMENT.notebook).write_bytes(
        (course / "release" / "gans" / ASSIGNMENT.notebook).read_bytes()
    )
    people = make_class(blank)
    build = getattr(downloads, platform)
    listed = tmp_path / "list.csv"
    students = [each.student for each in people]
    listed.write_text(getattr(downloads, f"{platform}_list")(students), "utf-8")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    first.write_bytes(build(first_attempt(people)))
    second.write_bytes(build(students))
    collect = ["collect", str(course), "--class-list", str(listed)]
    assert main([*collect, str(first)]) == 0
    assert main([*collect, str(second)]) == 1
    err = capsys.readouterr().err
    problems = [line for line in err.splitlines() if line.startswith("error: ")]
    named = [line for line in problems if "not in the class list" in line]
    assert len(named) == 1 and str(
        {"canvas": 10_008, "moodle": 508, "gradescope": students[STRANGER - 1].login}[platform]
    ) in named[0]  # fmt: skip
    here = [each for each in people if each.student.listed and each.student.files]
    folders = sorted(path.name for path in (course / "submitted").iterdir())
    assert folders == [each.student.login for each in here]
    assert len(list((course / ".autograder/collected/gans/earlier").glob("*/*"))) == 2

    assert main(["grade", str(course)]) == 0
    capsys.readouterr()
    results = {result.student: result for result in read_results(course).results}
    assert {s: r.auto_score for s, r in results.items()} == {
        each.student.login: each.points for each in here
    }
    answered = [each for each in here if each.student.number != EMPTY]
    assert sum(result.waiting for result in results.values()) == len(answered)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        for each in answered:
            grade = book.find_grade(QUESTION, STEM, "gans", each.student.login)
            grade.manual_score, grade.needs_manual_grade = each.student.number % 6, False
        book.db.commit()
    expected = {
        each.student.login: each.points
        + (each.student.number % 6 if each.student.number != EMPTY else 0)
        for each in here
    }
    if platform == "gradescope":  # the only one that says when a submission came
        words = ["--due", "2026-11-21 12:00", "--zone", "Europe/Zurich", "--penalty", "zero"]
        assert main(["due", str(course), "--assignment", "gans", *words]) == 0
        late = [each for each in here if each.student.late]
        assert f"{len(late)} late submissions" in capsys.readouterr().out
        expected |= {each.student.login: 0.0 for each in late}
    target = {"gradescope": "nbgrader"}.get(platform, platform)
    words = ["--class-list", str(listed)] if platform != "gradescope" else []
    words += ["--column", "GANs"] if platform == "canvas" else []
    main(["export", str(course), "--assignment", "gans", "--to", target, *words])
    told = capsys.readouterr().err
    marks = marks_in(platform, course)
    nobody = students[NO_FILES - 1].login
    found = {s: float(mark) for s, mark in marks.items() if mark and s != nobody}
    assert found == expected, told
    to = "folder" if platform == "gradescope" else platform
    assert main(["feedback", str(course), "--to", to]) == 0
    check_feedback(platform, course, here)
