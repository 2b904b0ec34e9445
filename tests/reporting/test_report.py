"""The class at a glance: what the page says, that nothing on it is a program, how it looks."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main as cli
from autograder.reporting.class_report import (
    frequent_mistakes,
    irregular_runs,
    mark_distribution,
    question_progress,
    task_statuses,
    to_html,
)
from autograder.reporting.models import ClassResults
from autograder.reporting.similarity import SimilarGroup, SimilarityReport
from benchmarks.report import make_comparison, make_results
from cs231n.engine.schema import Finding, Verdict
from helpers.browser import keep_picture, open_page
from helpers.course import ASSIGNMENT

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
NOTHING = SimilarityReport((), 0, 0)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def large() -> str:
    """The page of a class of 1,000."""
    return to_html(make_results(1000), make_comparison(1000, 200))


def small(count: int = 3, **changes) -> ClassResults:
    """A small class, each student changed."""
    found = make_results(count)
    return replace(found, results=tuple(replace(r, **changes) for r in found.results))


def test_page_of_a_large_class_is_small(large):
    """For 1,000 students it stays far below 3 MB."""
    assert len(large.encode()) < 500_000


def test_page_needs_nothing_else(large):
    """No script, no style sheet, no picture, no address of another place."""
    page = Page(large)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert "url(http" not in large and "@import" not in large


def test_what_students_wrote_is_escaped():
    """Ids, findings, names of functions and problems are text, whatever they hold."""
    finding = Finding("crashed", HOSTILE, (HOSTILE,))
    verdict = Verdict("sample_noise", "crashed", 0.0, (finding,))
    found = small(student=HOSTILE, ended="malformed", late_s=60.0)
    result = found.results[0]
    spoilt = (replace(result.tasks[0], verdict=verdict), *result.tasks[1:])
    found = replace(
        found,
        results=(replace(result, tasks=spoilt),),
        missing=(HOSTILE,),
        problems=(HOSTILE,),
    )
    text = to_html(
        found, SimilarityReport((SimilarGroup((HOSTILE, HOSTILE), 1.0, (HOSTILE,)),), 2, 0)
    )
    page = Page(text)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert page.text.count(HOSTILE) >= 8


def test_figures_say_the_same_in_words(large):
    """Each figure has a text alternative with its numbers; the rest is hidden from readers."""
    figures = [attributes for tag, attributes in Page(large).tags if tag == "svg"]
    told = [f["aria-label"] for f in figures if f.get("role") == "img"]
    assert len(told) == 2 + len(ASSIGNMENT.tasks)
    assert all(any(c.isdigit() for c in label) for label in told)
    assert all(f.get("role") == "img" or f.get("aria-hidden") == "true" for f in figures)


def test_marks_are_counted_once_each():
    """Every student is in one bar, full marks in the last; questions count once all are graded."""
    found = make_results(50)
    shown = mark_distribution(found)
    label = str(shown["figure"]).partition('aria-label="')[2].partition('"')[0]
    bars = [int(part.rpartition(": ")[2]) for part in label.split("; ")]
    assert sum(bars) == 50 and shown["maximum"] == 85 and not shown["complete"]
    assert bars[-1] >= shown["full"] > 0
    graded = tuple(
        replace(r, questions=tuple(replace(q, score=5.0, waiting=False) for q in r.questions))
        for r in found.results
    )
    assert mark_distribution(replace(found, results=graded))["maximum"] == 100


def test_tasks_count_each_status():
    """The words below a bar add up to the class."""
    for task in task_statuses(make_results(40)):
        numbers = [int(part.split()[0]) for part in task["summary"].split(", ")]
        assert sum(numbers) == 40 and task["name"] in str(task["figure"])


def test_mistakes_are_counted_by_student():
    """A mistake counts once for each student who makes it, under the main sentence of its
    explanation and not as differing values too; remarks and blank tasks do not; a file that cannot
    be loaded is one mistake."""
    wrong = Finding("explanation", "Slope 0.2. One more difference below.", ("No Tanh.",))
    differ = Finding("values_differ", "They differ.", ("expected  1", "got  2"))
    remark = Finding("flat_scores", "Flat.", (), True)
    told = (wrong, wrong, differ, remark, Finding("not_attempted", "-"))
    found = small(4)
    results = []
    for number, result in enumerate(found.results):
        verdicts = [Verdict(task.name, "failed", 0.0, told) for task in result.tasks]
        if number == 3:
            stopped = (Finding("import_failed", "Line 7."),)
            verdicts = [Verdict(task.name, "failed", 0.0, stopped) for task in result.tasks]
        pairs = zip(result.tasks, verdicts, strict=True)
        parts = tuple(replace(task, verdict=verdict) for task, verdict in pairs)
        results.append(
            replace(result, tasks=parts, ended="import_error" if number == 3 else "done")
        )
    alone = (Finding("explanation", "Slope 0.2."), differ)
    first = results[0].tasks[0]
    task = replace(first, verdict=Verdict(first.name, "failed", 0.0, alone))
    results[0] = replace(results[0], tasks=(task, *results[0].tasks[1:]))
    table = frequent_mistakes(results)
    assert [m["count"] for m in table] == [3] * len(ASSIGNMENT.tasks) + [1]
    assert {m["name"] for m in table} == {"", "import failed"}
    assert table[-1]["where"] == "the whole file"
    assert table[0]["key"] == "Slope 0.2." and table[0]["details"] == ("No Tanh.",)


def test_ends_are_listed_the_gravest_first():
    """Forged answers come before time-outs, odd files after; what ended well is not listed."""
    found = make_results(5).results
    ended = ("cpu", "malformed", "done", "novel", "done")
    results = [replace(r, ended=how) for r, how in zip(found, ended, strict=True)]
    results[4] = replace(results[4], notes=("submitted/x/gans: no notebook",))
    assert [group["ended"] for group in irregular_runs(results)] == [
        "malformed",
        "cpu",
        "notes",
        "novel",
    ]
    assert irregular_runs(results[2:3]) == []


def test_questions_say_what_is_left_to_grade():
    """Open answers, empty ones and the mean of the marks."""
    found = small(2)
    first, second = found.results
    parts = tuple(replace(q, score=3.0, waiting=False, answer="") for q in first.questions)
    rest = tuple(replace(q, score=None, waiting=True, answer="x") for q in second.questions)
    found = replace(
        found, results=(replace(first, questions=parts), replace(second, questions=rest))
    )
    for row in question_progress(found):
        assert (row["graded"], row["waiting"], row["empty"], row["mean"]) == (1, 1, 1, "3.0")


def test_page_says_when_nothing_was_isolated():
    """Marks from a plain process carry a warning; others carry none."""
    assert "Graded without isolation" in to_html(small(isolated=False), NOTHING)
    assert "Graded without isolation" not in to_html(small(), NOTHING)


def test_empty_class_has_a_page():
    """Nobody has handed in: the page says so and does not fail."""
    found = replace(make_results(1), results=(), missing=("ann",))
    assert "Nothing has been graded yet" in to_html(found, NOTHING)


def test_command_writes_the_page(course, hand_in, graded, capsys):
    """report reads a graded course; copies are named; another folder is refused in a line."""
    assert cli.main(["report", str(course / "release")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    old = (ASSIGNMENT.folder / "demo" / "old_style.py").read_bytes()
    hand_in("alice", old + b"# all\n")
    hand_in("bob", old + b"# discriminator\n")
    assert cli.main(["grade", str(course)]) == 0
    page = course / "glance.html"
    assert cli.main(["report", str(course), "--output", str(page)]) == 0
    assert "2 submissions" in capsys.readouterr().out
    text = Page(page.read_text()).text
    assert "alice, bob" in text and "100%" in text and "50% passed" in text


def test_run_without_isolation_is_remembered(course, hand_in, graded):
    """A class graded in a plain process says so in its report until its code has run isolated."""
    graded.unsafe = "students' code runs WITHOUT isolation"
    hand_in("alice", b"all")
    assert cli.main(["grade", str(course)]) == 0
    graded.unsafe = ""
    for words, warned in ([], True), (["--rerun"], False):
        assert cli.main(["grade", str(course), *words]) == 0
        assert cli.main(["report", str(course)]) == 0
        page = (course / "report-gans.html").read_text("utf-8")
        assert ("Graded without isolation" in page) == warned


@pytest.mark.parametrize("width", [1280, 390])
def test_page_is_readable_in_a_browser(large, tmp_path, width):
    """Without scripts and network nothing is cut off at the side, on a screen or a telephone."""
    path = tmp_path / "report.html"
    path.write_text(large, "utf-8")
    with open_page(width, 900, java_script_enabled=False, offline=True) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        keep_picture(page, f"report-{width}")
        wide = page.locator("html").evaluate("e => e.scrollWidth")
        tables = page.locator("table").evaluate_all("all => all.map(e => e.scrollWidth)")
        assert asked == [path.as_uri()] and wide <= width and max(tables) <= width
        assert page.locator("h1").count() == 1 and page.locator("h2").count() == 9


def test_report_names_alike_answers_and_changed_hand_marks(course, hand_in, graded):
    """Identical answers are named as such, and a hand mark over a changed automatic mark too."""
    question = ASSIGNMENT.questions[1].grade_id
    for name in ("alice", "bob"):
        hand_in(name, b"none", {question: "No, it goes round in circles forever, with period 6."})
    hand_in("carol", b"none", {question: "Yes."})
    assert cli.main(["grade", str(course)]) == 0
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        grade = book.find_grade("generator", "GANs-PyTorch", "gans", "carol")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    hand_in("carol", b"generator", {question: "Yes."})
    assert cli.main(["grade", str(course)]) == 0
    assert cli.main(["report", str(course)]) == 0
    text = " ".join((course / "report-gans.html").read_text().split())
    assert "Question 2: similar answers" in text
    assert "identical: <bdi>alice</bdi>, <bdi>bob</bdi>" in text
    assert "<bdi>carol</bdi></th><td>generator</td>" in text
