"""Feedback pages: complete, self-contained, harmless and readable everywhere."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, ReleaseFeedbackApp

from autograder.nbgrader_bridge.apps import course_app, generate_feedback
from autograder.reporting.feedback import to_html, to_markdown
from autograder.reporting.models import QuestionResult, StudentResult, TaskResult
from cs231n.engine.schema import Finding, Verdict
from helpers.browser import keep_picture, open_page
from helpers.course import ASSIGNMENT, autograde, verdicts_for

STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")
EVIL = "<script>alert(1)</script> </div> ```\n# head {{ 7*7 }} | [x](http://x.y) <img src=x>"
LONG = "x" * 300
NUMBERS = "  ".join(f"{n / 7:+.4f}" for n in range(-20, 20))


def student(**changes) -> StudentResult:
    """A student with something of everything."""
    tasks = [
        TaskResult(
            task.name, float(task.points), float(task.points), Verdict(task.name, "passed", 1.0)
        )
        for task in ASSIGNMENT.tasks
    ]
    wrong = Finding(
        "mistake",
        "This is what a network gives whose LeakyReLU has negative slope 0.2, not 0.01.",
        (f"expected {NUMBERS}", f"got      {NUMBERS}"),
    )
    remark = Finding("fixed_batch", "The batch size is fixed: -1 would take any.", remark=True)
    error = Finding("raised", f"NameError: name {EVIL!r} is not defined", (LONG, EVIL))
    for index, (status, fraction, findings) in {
        1: ("failed", 0.0, (wrong,)), 2: ("partial", 0.5, (remark, wrong)),
        3: ("passed", 1.0, (remark,)), 4: ("crashed", 0.0, (error,)),
        5: ("timed_out", 0.0, (wrong,)), 6: ("not_attempted", 0.0, (wrong,)),
    }.items():  # fmt: skip
        name, points = ASSIGNMENT.tasks[index].name, float(ASSIGNMENT.tasks[index].points)
        verdict = Verdict(name, status, fraction, findings)
        tasks[index] = TaskResult(name, points, verdict.points(points), verdict)
    tasks[7] = replace(tasks[7], score=2.5)  # by hand
    ids = [question.grade_id for question in ASSIGNMENT.questions]
    questions = (
        QuestionResult(ids[0], 5.0, 4.5, "$\\min_x \\max_y xy$: y = 1, 2, 1, -1 & so on", EVIL),
        QuestionResult(ids[1], 5.0, None, EVIL + LONG, None, True),
        QuestionResult(ids[2], 5.0, 0.0, "", None),
    )
    whole = StudentResult(
        student="ada <b>", first_name="Ada", last_name="Lovelace", email="", lms_user_id="",
        tasks=tuple(tasks), questions=questions, late_penalty=2.5,
        submitted=datetime(2026, 3, 2, 12, tzinfo=UTC), late_s=93600.0,
        notes=("no cell inline-question-3; taken as not answered", EVIL), cpu_s=1, wall_s=2,
        ended="done",
    )  # fmt: skip
    return replace(whole, **changes)


class Outline(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_page_says_all_that_is_known():
    """Marks, findings with expected and found, remarks, answers, comments, penalty and total."""
    result = student()
    for page in (Outline(to_html(ASSIGNMENT, result)).text, to_markdown(ASSIGNMENT, result)):
        for words in (
            "Ada Lovelace", "2026-03-02 12:00 UTC", "1 d 2 h late", "negative slope 0",
            f"expected {NUMBERS}", f"got      {NUMBERS}", "Remark (costs no marks): The batch size",
            "took too long", "not attempted", "raised an error", "partly right",
            "A grader set this mark. The automatic mark is 5", "$\\min_x \\max_y xy$: y = 1",
            "taken as not answered", "1 answer is not marked yet", "not marked yet",
            f"{result.total:g} of 100 points", "−2.5",
        ):  # fmt: skip
            assert words in page, words


def test_page_is_self_contained_and_harmless():
    """No script, no request, nothing of a student's text that a browser would act on."""
    page = Outline(to_html(ASSIGNMENT, student()))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "link", "iframe", "b"})
    links = [facts.get("href") or facts.get("src") for _, facts in page.tags]
    assert all(link is None or re.fullmatch(r"#[\w-]+", link) for link in links)
    assert not any(name.startswith("on") for _, facts in page.tags for name in facts)
    assert EVIL in page.text and "49" not in page.text


def test_page_has_an_order_for_those_who_do_not_see_it():
    """Language, one first heading, no level left out, headers in the table, no colour alone."""
    page = Outline(to_html(ASSIGNMENT, student()))
    assert ("html", {"lang": "en"}) in page.tags
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    heads = [facts.get("scope") for tag, facts in page.tags if tag == "th"]
    assert heads.count("col") == 4 and heads.count("row") == 15 and None not in heads
    targets = [facts["href"][1:] for tag, facts in page.tags if tag == "a"]
    names = [facts["id"] for _, facts in page.tags if "id" in facts]
    assert set(targets) <= set(names) and len(names) == len(set(names))


def test_markdown_keeps_students_text_out_of_its_markup():
    """Rendered, the Markdown has our headings and no other, no link, no HTML and one table."""
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(ASSIGNMENT, student()))
    kinds = [token.type for token in tokens]
    inner = [child for token in tokens for child in token.children or ()]
    assert "html_block" not in kinds
    assert {"html_inline", "link_open", "image"}.isdisjoint(child.type for child in inner)
    heads = [tokens[i + 1].content for i, kind in enumerate(kinds) if kind == "heading_open"]
    assert len(heads) == 1 + 4 + 7 + 3 and kinds.count("table_open") == 1
    blocks = [token.content for token in tokens if token.type == "fence"]
    assert EVIL + "\n" in blocks and EVIL + LONG + "\n" in blocks


def test_plain_pass_needs_few_words():
    """Who passed everything and is graded reads so, without empty parts."""
    done = [TaskResult(t.name, 5.0, 5.0, Verdict(t.name, "passed", 1.0)) for t in ASSIGNMENT.tasks]
    page = to_html(ASSIGNMENT, student(tasks=tuple(done), questions=(), notes=(), late_penalty=0.0))
    assert "There are no findings." in page and "Notes on" not in page
    assert "so far" not in page and "Late penalty" not in page and "grader set" not in page


def test_reason_of_a_whole_file_is_said_once():
    """Where the same is said of each task, it stands once, and every row leads there."""
    said = (Finding("syntax", "The file cannot be read by Python, line 140.", ("x = (", "    ^")),)
    tasks = [
        TaskResult(t.name, 10.0, 0.0, Verdict(t.name, "crashed", 0.0, said))
        for t in ASSIGNMENT.tasks
    ]
    result = student(tasks=tuple(tasks))
    html, text = to_html(ASSIGNMENT, result), to_markdown(ASSIGNMENT, result)
    assert html.count(said[0].text) == text.count(said[0].text) == 1
    assert html.count('href="#all-tasks"') == 10 and html.count('id="all-tasks"') == 1
    assert "### All tasks: ! raised an error, 0 of 100 points" in text
    other = (*tasks[:9], replace(tasks[9], score=5.0))
    assert to_html(ASSIGNMENT, student(tasks=other)).count(said[0].text) == 10


def test_text_that_cannot_be_written_costs_no_page():
    """Controls and half characters in an error message are left out, in both pages."""
    task = student().tasks[4]
    odd = Finding("raised", "ValueError: \x1b[31m\x00red\ud800", ("\udcff\x07",))
    verdict = Verdict(task.name, "crashed", 0.0, (odd,))
    result = student(tasks=(TaskResult(task.name, 10.0, 0.0, verdict),))
    for page in (to_html(ASSIGNMENT, result), to_markdown(ASSIGNMENT, result)):
        assert "red?" in page.encode("utf-8").decode() and "\x1b" not in page and "\x00" not in page


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_page_fits_a_real_browser_without_scripts(width, tmp_path):
    """Nothing is wider than the window, on a telephone too, and nothing is asked of a network."""
    path = tmp_path / "page.html"
    path.write_text(to_html(ASSIGNMENT, student()), "utf-8")
    with open_page(width, 800) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        keep_picture(page, f"feedback-{width}", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        results = "[...document.querySelectorAll('tbody td:nth-child(2)')]"
        assert page.evaluate(f"Math.min(...{results}.map(c => c.clientWidth))") >= 60  # whole words
        page.emulate_media(media="print")  # on paper nothing can be scrolled
        boxes = "[...document.querySelectorAll('pre, div, section')]"
        assert page.evaluate(f"{boxes}.every(b => b.scrollWidth <= b.clientWidth + 1)")
        page.emulate_media(media="screen")
        cells = "[...document.querySelectorAll('th, td')]"
        assert page.evaluate(f"{cells}.every(c => c.scrollWidth <= c.clientWidth + 1)")
        assert asked == [path.as_uri()]


def test_text_of_the_page_has_contrast(tmp_path):
    """Every text stands out from its ground by 4.5 to 1 at least (WCAG 2.1, level AA)."""
    path = tmp_path / "page.html"
    path.write_text(to_html(ASSIGNMENT, student()), "utf-8")
    with open_page(1280, 800) as page:
        page.goto(path.as_uri())
        pairs = page.evaluate(COLOURS)
    assert len(pairs) >= 7
    for front, back, example in pairs:
        light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back, example)


COLOURS = """() => {
  const seen = new Map();
  for (const e of document.querySelectorAll('main *')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
    let back = e;
    while (back && getComputedStyle(back).backgroundColor == 'rgba(0, 0, 0, 0)')
      back = back.parentElement;
    const pair = [getComputedStyle(e).color, getComputedStyle(back).backgroundColor];
    seen.set(pair.join(), [...pair, e.textContent.slice(0, 40)]);
  }
  return [...seen.values()];
}"""


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_generate_feedback_places_the_pages(course, hand_in, graded):
    """nbgrader's command and formgrader's button write our page where students look for it."""
    from nbgrader.apps.api import NbGraderAPI

    hand_in("alice", b"generator", {ASSIGNMENT.questions[0].grade_id: "D wins."})
    hand_in("bob", b"none")
    autograde(course, "gans")
    with course_app(AutogradeApp, course) as app:
        result = NbGraderAPI(coursedir=app.coursedir, parent=app).generate_feedback("gans", "bob")
    assert result["success"], result
    assert [p.name for p in (course / "feedback").iterdir()] == ["bob"]
    pages, problems = generate_feedback(course, "gans")
    assert problems == () and [p.parents[1].name for p in pages] == ["alice", "bob"]
    page = course / "feedback" / "alice" / "gans" / f"{STEM}.html"
    assert pages[0] == page and "10 of 100 points" in page.read_text()
    assert "D wins." in page.with_suffix(".md").read_text()


def test_feedback_follows_the_marks(course, hand_in, graded):
    """A mark that a grader gives later is on the page without any force."""
    hand_in("alice", b"generator", {ASSIGNMENT.questions[0].grade_id: "D wins."})
    autograde(course, "gans")
    (page,), _ = generate_feedback(course, "gans")
    assert "10 of 100 points" in page.read_text()
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        name = ASSIGNMENT.questions[0].grade_id
        grade = book.find_grade(name, STEM, "gans", "alice")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.find_comment(name, STEM, "gans", "alice").manual_comment = "Why <b>?"
        book.db.commit()
    generate_feedback(course, "gans")
    text = page.read_text()
    assert "13 of 100 points" in text and "Why &lt;b&gt;?" in text and "so far" not in text


def test_release_feedback_takes_every_page(course, hand_in, graded, tmp_path):
    """The exchange gets a page for each, also where a submission came without its secret."""
    secret = "0123456789abcdef" * 8
    folder = hand_in("alice", b"all")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (folder / "submission_secret.txt").write_text(secret)
    hand_in("bob", b"all")
    autograde(course, "gans")
    generate_feedback(course, "gans")
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    where = [f"--Exchange.root={exchange}", "--course=gans", "--assignment=gans"]
    with course_app(ReleaseFeedbackApp, course, *where) as app:
        app.start()
    from nbgrader.utils import notebook_hash

    released = exchange / "gans" / "feedback"
    name = notebook_hash(secret=secret, notebook_id=STEM)
    mine = course / "feedback" / "alice" / "gans" / f"{STEM}.html"
    assert (released / f"{name}.html").read_bytes() == mine.read_bytes()
    assert len(list(released.glob("*.html"))) == 2


def test_verdict_of_a_whole_class_is_not_mixed_up(course, hand_in, graded):
    """Each page holds its own student's marks."""
    hand_in("alice", b"generator")
    hand_in("bob", b"discriminator sample_noise")
    autograde(course, "gans")
    (alice, bob), _ = generate_feedback(course, "gans")
    assert "10 of 100" in alice.read_text() and "15 of 100" in bob.read_text()
    assert verdicts_for({}).verdicts[0].findings[0].text not in alice.read_text()  # escaped
    assert "got 0.0 &lt;b&gt;&amp;amp;" in alice.read_text()
