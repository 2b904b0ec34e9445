"""Exports: one mark in every program, whatever the class list looks like, and nothing lost."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin, LateSubmissionPlugin

from autograder.cli.main import main
from autograder.errors import ClassListError
from autograder.export import EXPORTERS, Export, ExportOptions
from autograder.export.moodle import to_comment
from autograder.export.table import SubmissionCounts
from autograder.gradebook.queries import Person
from autograder.nbgrader_bridge.apps import generate_feedback
from autograder.reporting.models import ClassResults, QuestionResult, StudentResult, TaskResult
from cs231n.engine.schema import Finding, Verdict
from helpers.course import ASSIGNMENT, autograde, read_results

QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")
HEAD = f"{ASSIGNMENT.title} (4711)"
CANVAS = f"Student,ID,SIS User ID,SIS Login ID,Section,Warm-up (4700),{HEAD},Total (read only)\n"
POINTS = "    Points Possible,,,,,10,100,(read only)\n"
MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,"
    "Grade can be changed,Last modified (grade),Feedback comments\n"
)


class Odd(LateSubmissionPlugin):
    """A plugin of a course whose penalty is not a whole number."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 7.25


def export(
    found: ClassResults, to: str, class_list: Path | None = None, column: str | None = None
) -> Export:
    """Return the export of a class."""
    return EXPORTERS[to].render(found, ExportOptions(class_list, column))


def result(student: str, points: float, **changes) -> StudentResult:
    """A student with one task and one question."""
    finding = Finding("raised", "NameError: name '<b>' is not defined", ("=1+1",))
    verdict = Verdict("sample_noise", "failed", 0.0, (finding,))
    whole = StudentResult(
        student=student, first_name="", last_name="", email="", lms_user_id="",
        tasks=(TaskResult("sample_noise", 95.0, points, verdict),),
        questions=(QuestionResult("q", 5.0, 0.0, "", "=2 <i>"),), late_penalty=0.0,
        submitted=None, late_s=0.0, notes=(), cpu_s=0.0, wall_s=0.0, ended="done",
    )  # fmt: skip
    return replace(whole, **changes)


def a_class(*people: Person, points: float = 80.0) -> ClassResults:
    """A class in which the first of the people hands in more than the second, and so on."""
    results = tuple(result(p.student, points - 10 * n) for n, p in enumerate(people))
    return ClassResults(ASSIGNMENT, None, results, (), (), people)


def person(student: str, email: str = "", lms: str = "", first: str = "", last: str = "") -> Person:
    """Somebody in the gradebook."""
    return Person(student, first, last, email, lms)


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    """The cells of a file."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


@pytest.fixture
def graded_class(course, hand_in, graded):
    """Alice is late and waits for a mark, Bob got extra credit, Carol did not hand in."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f"\nimport {__name__} as t\nc.AssignLatePenalties.plugin_class = t.Odd\n")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.find_assignment("gans").duedate = datetime(2026, 3, 1)
        book.add_student("alice", first_name="Ada", last_name="=Love,lace", email="ada@uni.example")
        book.add_student("bob", lms_user_id="202", last_name="B")
        book.add_student("carol", email="carol@uni.example")
    folder = hand_in("alice", b"generator discriminator", {QUESTIONS[0]: "D wins."})
    (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    hand_in("bob", b"sample_noise get_optimizer", {QUESTIONS[1]: "It circles."})
    autograde(course, "gans")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        grade = book.find_grade(QUESTIONS[1], STEM, "gans", "bob")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 3.5, 0.75, False
        book.db.commit()
    return course


@pytest.mark.slow
def test_marks_are_equal_in_every_program(graded_class, tmp_path):
    """nbgrader's own exporter, ours, Canvas, Moodle and the feedback page have the same marks."""
    course = graded_class
    found = read_results(course)
    expected = {"alice": 12.75, "bob": 14.25, "carol": 0.0}
    assert {r.student: r.total for r in found.results} == {"alice": 12.75, "bob": 14.25}
    own = tmp_path / "own.csv"
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.update_or_create_student("alice", last_name="Lovelace")  # it quotes nothing
        CsvExportPlugin(to=str(own)).export(book)
    ours = table(export(read_results(course), "nbgrader", None).text)
    assert sorted(ours) == sorted(table(own.read_text()))
    assert {row[3]: float(row[9]) for row in ours[1:]} == expected
    rows = 'x,,,ALICE,A,1,,\n"B, Bob",202,,b17,A,2,,\ny,7,,carol@uni.example,A,3,,\n'
    listed = tmp_path / "canvas.csv"
    listed.write_text(CANVAS + POINTS + rows)
    made = export(found, "canvas", listed)
    assert table(made.text)[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", HEAD]
    assert table(made.text)[1] == ["    Points Possible", "", "", "", "", "100"]
    assert [float(row[5]) for row in table(made.text)[2:]] == list(expected.values())
    assert made.problems == () and made.counts == SubmissionCounts(2, 1)
    listed = tmp_path / "moodle.csv"
    rows = [
        ("alice", "", "ada@uni.example"),
        ("Bob", "202", ""),
        ("Carol", "", "Carol@uni.example"),
    ]
    lines = (f"Participant {i},{n},{d},{m},,,100.00,Yes,-,\n" for i, (n, d, m) in enumerate(rows))
    listed.write_text(MOODLE + "".join(lines))
    made = export(found, "moodle", listed)
    assert [float(row[5]) for row in table(made.text)[1:]] == list(expected.values())
    assert made.problems == ()
    pages, _ = generate_feedback(course, "gans")
    totals = [re.search(r"([\d.]+) of 100 points", page.read_text())[1] for page in pages]
    assert list(map(float, totals)) == [12.75, 14.25]
    assert "7.25" in pages[0].read_text() and "Late penalty: 7.25" in table(made.text)[1][9]


def test_moodle_worksheet_keeps_what_is_not_ours(tmp_path):
    """Only grade and comments change; the comment is HTML in which student text is escaped."""
    listed = tmp_path / "m.csv"
    listed.write_text(MOODLE + "Participant 9,Ada,17,a@x,Submitted,,100.00,Yes,-,old\n")
    rows = table(export(a_class(person("a", "A@X")), "moodle", listed).text)
    assert ",".join(rows[0]) + "\n" == MOODLE
    kept = [cell for i, cell in enumerate(rows[1][:9]) if i != 5]
    assert kept == ["Participant 9", "Ada", "17", "a@x", "Submitted", "100.00", "Yes", "-"]
    assert rows[1][5] == "80"
    comment = rows[1][9]
    assert comment.startswith("<p>80 of 100 points.</p>") and "=2 &lt;i&gt;" in comment
    assert "&#x27;&lt;b&gt;&#x27; is not defined" in comment and "\n" not in comment
    assert "a grader set 80 of 95" in comment


def test_long_comment_fits_a_cell(tmp_path):
    """A spreadsheet's cell ends at 32,767 characters, so a long comment is cut and says so."""
    listed = tmp_path / "m.csv"
    listed.write_text(MOODLE + "Participant 9,Ada,17,a@x,,,100,Yes,-,\n")
    found = a_class(person("a", "a@x"))
    long = replace(found.results[0], notes=("x" * 9000,) * 9)
    comment = table(export(replace(found, results=(long,)), "moodle", listed).text)[1][9]
    assert len(comment) < 32_767 and comment.endswith("the feedback page contains the rest.</p>")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-x", "@SUM(A1)", " =1", "\t=1", "\r=1", "=\n1", "\uff1d1+1"]
)
def test_no_cell_is_a_formula(cell, tmp_path):
    """Names and ids that a spreadsheet would compute are text in every export."""
    found = a_class(person("a", "a@x", lms="7", first=cell, last=cell))
    listed = tmp_path / "list.csv"
    file = io.StringIO()
    csv.writer(file).writerow([cell, "7", "", "a", cell, "", "", ""])
    listed.write_text(CANVAS + file.getvalue(), newline="")
    for made in (export(found, "nbgrader", None), export(found, "canvas", None),
                 export(found, "canvas", listed)):  # fmt: skip
        cells = [cell for row in table(made.text) for cell in row]
        assert not [text for text in cells if text.strip()[:1] in tuple("=+-@\uff1d")]
        assert any(text.startswith("'") for text in cells)


@pytest.mark.parametrize("cell", ["x;=1+1", "x; -cmd", "x\t@SUM(A1)", "x\n=1", "x,+1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_with_another_delimiter(cell, delimiter, tmp_path):
    """A spreadsheet that splits the file at another delimiter finds no formula either."""
    found = a_class(person("a", "a@x", lms="7", last=cell))
    listed = tmp_path / "list.csv"
    row = delimiter.join([f'"{cell}"', "7", "", "a", "S", "", "", ""])
    listed.write_text(CANVAS.replace(",", delimiter) + row + "\n", newline="")
    text = export(found, "canvas", listed).text
    for other in {",", ";", "\t"} - {delimiter}:
        cells = [cell for line in text.splitlines() for cell in line.split(other)]
        assert not [cell for cell in cells if cell.strip()[:1] in tuple("=+-@")]


@pytest.mark.parametrize("sign", list("=+-@"))
def test_a_comment_in_html_keeps_its_signs_and_is_no_formula(sign, tmp_path):
    """A sign after a separator is an HTML entity in Moodle's comment, which shows it unchanged."""
    listed = tmp_path / "m.csv"
    listed.write_text(MOODLE + "Participant 9,Ada,17,a@x,,,100,Yes,-,\n")
    found = a_class(person("a", "a@x"))
    noted = replace(found.results[0], notes=(f"x > {sign}1, {sign}{sign}1",))
    comment = table(export(replace(found, results=(noted,)), "moodle", listed).text)[1][9]
    assert f"<p>x > {sign}1, {sign}{sign}1</p>" in html.unescape(comment)
    assert not re.search(r"[,;]\s*[=+@-]", comment)


def test_numbers_are_not_mistaken_for_formulas(tmp_path):
    """A negative number is a number."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS + "A,-7,,a,S,,,\n")
    assert table(export(a_class(person("a")), "canvas", listed).text)[2][1] == "-7"


NAMES = "Ångström, Zoë"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("latin-1", "cp1252")],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_list_is_read_in_any_encoding(encoding, said, delimiter, tmp_path):
    """The encoding that was taken is said, and the file comes back with the same separator."""
    listed = tmp_path / "list.csv"
    head, points = CANVAS.replace(",", delimiter), POINTS.replace(",", delimiter)
    row = delimiter.join([f'"{NAMES}"', "5", "", "zoe", "S", "", "", ""]) + "\n"
    listed.write_bytes((head + points + row).encode(encoding))
    made = export(a_class(person("zoe")), "canvas", listed)
    assert table(made.text, delimiter)[2] == [NAMES, "5", "", "zoe", "S", "80"]
    assert made.text.startswith("\ufeff") == (encoding == "utf-8-sig")
    assert [f"read as {said}" in note for note in made.notes] == ([True] if said else [])


def test_latin_1_is_the_last_resort(tmp_path):
    """Bytes that Windows does not know are still read, and said."""
    listed = tmp_path / "list.csv"
    listed.write_bytes(CANVAS.encode() + b"\x81\xe9,5,,zoe,S,,,\n")
    assert "read as latin-1" in export(a_class(person("zoe")), "canvas", listed).notes[0]


def test_who_is_left_over_is_named_with_their_mark(tmp_path):
    """In the gradebook but not in the list, in the list but not in the gradebook, without an id."""
    listed = tmp_path / "list.csv"
    rows = 'A,1,,ada,S,,,\nZ,2,,zoe,S,,,\nN,,,,S,,,\n"Student, Test",99,,x,S,,,\n'
    listed.write_text(CANVAS + POINTS + rows)
    made = export(a_class(person("ada"), person("ben")), "canvas", listed)
    assert [row[5] for row in table(made.text)[2:]] == ["80", "", ""]
    assert made.problems == (
        f"ben: in the gradebook (70 points), but not in {listed}; add the row, or add e-mail and "
        "lms_user_id to the gradebook, and export again",
        f"{listed} line 4: Z: not in the gradebook; no mark",
        f"{listed} line 5: N: has no id; no mark",
    )


def test_ambiguous_rows_get_no_mark(tmp_path):
    """Two rows of one student, or two students of one row: a line each, and no guess."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS + "A,1,,ada,S,,,\nA,2,,Ada,T,,,\nB,3,9,ben,S,,,\n")
    people = (person("ada"), person("ben"), person("x", lms="3"))
    made = export(a_class(*people), "canvas", listed)
    assert [row[5] for row in table(made.text)[2:]] == ["", "", ""]
    assert f"{listed} lines 2 and 3: each matches ada (80 points)" in made.problems[0]
    assert f"{listed} line 4: matches ben and x" in made.problems[1]
    assert made.counts == SubmissionCounts(0, 0) and len(made.problems) == 2


def test_surest_id_wins(tmp_path):
    """An LMS id decides before a login, and what stands before an @ comes last."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS + "A,1,,ben,S,,,\nB,2,,ada@x.y,S,,,\n")
    made = export(a_class(person("ben", lms="1"), person("ada")), "canvas", listed)
    assert [row[5] for row in table(made.text)[2:]] == ["80", "70"] and made.problems == ()


@pytest.mark.parametrize("most", ["50", "50,00", "50.0"])
def test_another_maximum_is_said(most, tmp_path):
    """Where the other program counts to another number, marks are not scaled and a line says so."""
    listed = tmp_path / "list.csv"
    line = ",".join(["    Points Possible", "", "", "", "", "", f'"{most}"', ""]) + "\n"
    listed.write_text(CANVAS + line + "A,1,,ada,S,,,\n")
    made = export(a_class(person("ada")), "canvas", listed)
    assert table(made.text)[1][5] == most and table(made.text)[2][5] == "80"
    assert "worth 50 points in Canvas, but 100 here" in made.problems[0]
    listed.write_text(MOODLE + f'P 1,A,1,ada@x,,,"{most}",Yes,-,\n' * 1)
    (problem,) = export(a_class(person("ada")), "moodle", listed).problems
    assert "worth 50 points in Moodle, but 100 here" in problem


def test_column_of_the_assignment_can_be_chosen(tmp_path):
    """Without a column of our title Canvas is told to make one; two of them need a choice."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS.replace(HEAD, "GAN homework (12)") + "A,1,,ada,S,,,\n")
    made = export(a_class(person("ada")), "canvas", listed)
    assert table(made.text)[0][5] == ASSIGNMENT.title and "no column" in made.notes[0]
    made = export(a_class(person("ada")), "canvas", listed, "gan homework")
    assert table(made.text)[0][5] == "GAN homework (12)" and made.notes == ()
    listed.write_text(CANVAS.replace("Warm-up", ASSIGNMENT.title))
    with pytest.raises(ClassListError, match="expected one column"):
        export(a_class(person("ada")), "canvas", listed)
    made = export(a_class(person("ada")), "canvas", listed, HEAD)
    assert table(made.text)[0][5] == HEAD


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "expected one of the columns ID"), (b"a;b\n1;2\n", "found a, b"),
     (b"\0" * 300, "expected one"),
     (b"PK\x03\x04" + b"\0" * 300, "save it as CSV"),
     (b"Student,ID\n" + b'"' + b"x" * 200_000, "expected a table"), (None, "cannot be read")],
)  # fmt: skip
def test_what_is_no_class_list_is_one_line(raw, reason, tmp_path):
    """A file that is missing, empty, binary or another table is refused with what was found."""
    listed = tmp_path / "list.csv"
    if raw is not None:
        listed.write_bytes(raw)
    with pytest.raises(ClassListError, match=reason) as error:
        export(a_class(person("ada")), "canvas", listed)
    assert "\n" not in str(error.value)


def test_short_and_long_rows_are_said(tmp_path):
    """A row with too few cells is filled up, and a line says so."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS + "A,1,,ada\nB,2,,ben,S,,,,,,\n")
    made = export(a_class(person("ada"), person("ben")), "canvas", listed)
    assert [row[5] for row in table(made.text)[2:]] == ["80", "70"]
    assert [": 4 cells" in made.notes[0], ": 11 cells" in made.notes[1]] == [True, True]


def test_command_writes_the_file_and_says_what_is_left_over(graded_class, tmp_path, capsys):
    """`export` ends with 1 and a line for each left over, and the file is there; 0 if none is."""
    course = str(graded_class)
    assert main(["export", course, "--to", "nbgrader"]) == 0
    assert (graded_class / "nbgrader-gans.csv").read_text().startswith("assignment,duedate")
    listed, out = tmp_path / "list.csv", tmp_path / "out.csv"
    listed.write_text(CANVAS + POINTS + "A,1,,alice,S,,,\n")
    words = ["export", course, "--to", "canvas", "--class-list", str(listed)]
    assert main([*words, "--output", str(out)]) == 1
    assert table(out.read_text())[2][5] == "12.75"
    told = capsys.readouterr()
    assert "error: bob: in the gradebook (14.25 points)" in told.err
    assert (
        "note: 1 answer of 1 student still to mark by hand; their marks are preliminary (alice)"
        in told.err
    )
    assert f"{out}: 1 submission\n" in told.out
    assert main([*words, "--output", str(listed)]) == 2
    assert listed.read_text().startswith(CANVAS)
    assert main(["export", course, "--to", "moodle"]) == 1
    assert "download it there" in capsys.readouterr().err


def test_missing_lms_user_ids_are_one_line():
    """Without a class list, the students without an lms_user_id are one line, with their marks."""
    class_of_three = a_class(person("ada"), person("ben"), person("eve", lms="7"))
    (problem,) = export(class_of_three, "canvas").problems
    assert problem.startswith("not in the file, because they have no lms_user_id: ")
    assert "ada (80 points), ben (70 points)" in problem
    (problem,) = export(a_class(person("ada"), person("ben")), "canvas").problems
    assert problem == "no student has an lms_user_id in the gradebook; give --class-list"


def test_note_on_a_missing_column_lists_the_columns_of_canvas(tmp_path):
    """If no column has the title, the note names the assignments of the list."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS.replace(HEAD, "GANs (123)") + "A,1,,ada,S,,,\n")
    (note,) = export(a_class(person("ada")), "canvas", listed).notes
    assert f"no column {ASSIGNMENT.title!r}; it has 'Warm-up (4700)', 'GANs (123)'" in note
    assert "--column" in note


@pytest.mark.parametrize(("blank", "mark"), [(False, "0"), (True, "")])
def test_cell_of_a_student_without_submission(blank, mark, tmp_path):
    """A student without a submission has 0, or an empty cell on request, in every format."""
    people = person("ada", "a@x", "1"), person("ben", "b@x", "2")
    found = replace(a_class(*people), results=a_class(*people).results[:1])
    listed = tmp_path / "m.csv"
    listed.write_text(MOODLE + "P 1,A,1,a@x,,,100,Yes,-,\nP 2,B,2,b@x,,,100,Yes,-,\n")
    for to, class_list, column in (("nbgrader", None, 9), ("canvas", None, 5),
                                   ("moodle", listed, 5)):  # fmt: skip
        made = EXPORTERS[to].render(found, ExportOptions(class_list, None, blank))
        cells = [row[column] for row in table(made.text)[-2:]]
        assert [cell.removesuffix(".0") for cell in cells] == ["80", mark]
        assert made.counts == SubmissionCounts(1, 1)


CANVAS_LISTS = {
    "only ID": ("Student,ID,Section,{head}\n", '"Lovelace, Ada",7,A,\n'),
    "one SIS column": ("Student,ID,SIS User ID,Section,{head}\n", '"Lovelace, Ada",x,7,A,\n'),
    "two names": ("LastName,FirstName,ID,SIS Login ID,Section,{head}\n", "Lovelace,Ada,1,ada,A,\n"),
    "two sections": ("Student,ID,SIS Login ID,Section,{head}\n", '"L, A",1,ada,"A, B and C",\n'),
    "manual posting": ("Student,ID,SIS Login ID,Section,{head}\n",
                       ',,,,Manual Posting\n    Points Possible,,,,100\n"L, A",1,ada,A,\n'),
    "manual posting only": ("Student,ID,SIS Login ID,Section,{head}\n",
                            ',,,,Manual Posting\n"L, A",1,ada,A,\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", CANVAS_LISTS)
def test_every_form_of_canvas_list_is_filled(name, tmp_path):
    """Any one column with ids is enough; a row about posting is no student."""
    head, rows = CANVAS_LISTS[name]
    listed = tmp_path / "list.csv"
    listed.write_text(head.format(head=HEAD) + rows)
    made = export(a_class(person("ada", lms="7")), "canvas", listed)
    *_, last = table(made.text)
    assert made.problems == () and last[-1] == "80" and len(table(made.text)) == 3
    assert table(made.text)[1][0] == "    Points Possible" and table(made.text)[1][-1] == "100"
    heads = table(made.text)[0]
    assert "SIS User ID" not in heads or "SIS Login ID" in heads  # Canvas refuses one without


def test_entries_that_are_no_numbers_stay_and_are_counted(tmp_path):
    """EX and N/A of Canvas, and words in a worksheet, are not overwritten."""
    listed = tmp_path / "list.csv"
    listed.write_text(CANVAS + "A,1,,ada,S,,EX,\nB,2,,ben,S,,N/A,\nC,3,,eve,S,,55.5,\n")
    people = a_class(person("ada"), person("ben"), person("eve"))
    made = export(people, "canvas", listed)
    assert [row[5] for row in table(made.text)[2:]] == ["EX", "N/A", "60"]
    assert any(
        "2 entries are not a number and kept unchanged: 1 EX, 1 N/A" in n for n in made.notes
    )
    rows = "P 1,A,1,ada@x,,exempt,100,Yes,-,old\nP 2,B,2,ben@x,,-,100,Yes,-,\n"
    listed.write_text(MOODLE + rows)
    made = export(people, "moodle", listed)
    first, second = table(made.text)[1:]
    assert (first[5], first[9], second[5]) == ("exempt", "old", "70")
    assert any("1 entry is not a number and kept unchanged: 1 exempt" in n for n in made.notes)


def moodle(text: str, tmp_path: Path, participants: dict[str, str]) -> Export:
    """Fill in a worksheet for a class of one."""
    listed = tmp_path / "list.csv"
    listed.write_text(text)
    found = a_class(person("ada"))
    return EXPORTERS["moodle"].render(found, ExportOptions(listed, participants=participants))


def test_worksheet_of_blind_marking_is_filled_by_participant(tmp_path):
    """The number that the import has noted identifies the student; no name is needed."""
    text = "Identifier,Status,Grade,Maximum Grade,Last modified (grade)\nTeilnehmer 501,x,,100,-\n"
    made = moodle(text, tmp_path, {"ada": "501"})
    assert table(made.text)[1] == ["Teilnehmer 501", "x", "80", "100", "-"]
    assert made.problems == () and "no column 'Feedback comments'" in made.notes[0]
    with pytest.raises(ClassListError, match="the marking is blind: import the submissions"):
        moodle(text, tmp_path, {})


def test_worksheet_with_another_identity_column_is_filled(tmp_path):
    """A site that shows only user names is as good as one that shows addresses."""
    text = "Identifier,Full name,Username,Grade,Feedback comments\nParticipant 1,A,ada,,\n"
    assert table(moodle(text, tmp_path, {}).text)[1][3] == "80"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Identifier,Full name,Username,Scale,Grade\n", "graded with a scale"),
        ("Kennung,Name,Bewertung\n", "not found: Identifier, Grade .*exported in English"),
    ],
)
def test_unusable_worksheet_is_one_line_with_the_reason(text, reason, tmp_path):
    """The line says what is missing and what helps."""
    with pytest.raises(ClassListError, match=reason) as error:
        moodle(text, tmp_path, {})
    assert "\n" not in str(error.value)


def test_same_finding_of_all_tasks_is_in_the_comment_once():
    """A file that could not be read is not explained ten times."""
    finding = Finding("no_file", "There is no file to grade.")
    tasks = tuple(
        TaskResult(name, 5.0, 0.0, Verdict(name, "not_attempted", 0.0, (finding,)))
        for name in ("a", "b", "c")
    )
    comment = to_comment(result("ada", 0, tasks=tasks), "full")
    assert comment.count("There is no file to grade.") == 1
