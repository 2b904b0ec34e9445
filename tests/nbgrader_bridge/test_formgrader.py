"""Formgrader on a graded course, used by hand in a real browser."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from autograder.cli import main as cli
from autograder.gradebook import queries as gradebook
from helpers.browser import keep_picture, open_page
from helpers.course import ASSIGNMENT

NOTEBOOK = ASSIGNMENT.notebook.removesuffix(".ipynb")
QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
ANSWERS = {
    "inline-question-1": "The minimum is 0, at the saddle. <script>document.title='owned'</script>",
    "inline-question-2": "No: it cycles with period six.",
    "inline-question-3": "No: D cannot tell real from fake.",
}
COMMENT = "Which point is the saddle?"
EXTENSIONS = {
    "nbgrader.server_extensions.formgrader": True,
    **dict.fromkeys(
        ("jupyterlab", "notebook", "notebook_shim", "jupyter_lsp", "jupyter_server_terminals"),
        False,
    ),
}
WAIT_S = 90  # for a server to start on a busy machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("jupyter_server") is None, reason="needs jupyter_server"
    ),
]


@contextmanager
def server(course: Path, home: Path):
    """A Jupyter server with formgrader on a course; yields its address, and ends it.

    It listens on the loopback interface only, on a free port, and takes a token of its own.
    """
    runtime = home / "runtime"
    environment = {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime),
                   "JUPYTER_CONFIG_DIR": str(home / "config"), "IPYTHONDIR": str(home / "ipython"),
                   "JUPYTER_TOKEN": "of-this-test", "PYTHONWARNINGS": "ignore"}  # fmt: skip
    options = {"root_dir": str(course), "jpserver_extensions": EXTENSIONS, "open_browser": False,
               "ip": "127.0.0.1", "port": 0, "allow_root": True}  # fmt: skip
    (home / "config").mkdir()
    config = json.dumps({"ServerApp": options})
    (home / "config" / "jupyter_server_config.json").write_text(config)
    command = [sys.executable, "-m", "jupyter_server"]
    with open(home / "server.log", "wb") as log:
        process = subprocess.Popen(command, cwd=course, env=environment, stdout=log, stderr=log)
    try:
        yield _address(process, runtime, home / "server.log")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Where the server listens, as soon as it answers."""
    for _ in range(4 * WAIT_S):
        assert process.poll() is None, log.read_text()[-2000:]
        with suppress(OSError, ValueError, KeyError, StopIteration):
            about = json.loads(next(runtime.glob("jpserver-*.json")).read_text())
            with urlopen(f"{about['url']}api/status?token=of-this-test", timeout=5):
                return about["url"]
        time.sleep(0.25)
    raise AssertionError(f"no server: {log.read_text()[-2000:]}")


@pytest.fixture
def graded_course(course, hand_in, graded):
    """A course with one submission, graded as far as a machine can."""
    hand_in("alice", b"all", ANSWERS)
    assert cli.main(["grade", str(course)]) == 0
    return course


def give(page, grade_id: str, points: str) -> None:
    """Type points for a question and leave the field, as a grader does."""
    field = page.locator(f"input.score[id='{grade_id}']")
    with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT"):
        field.fill(points)
        field.press("Tab")


def test_questions_are_graded_by_hand(graded_course, tmp_path, capsys):
    """Marks and a comment given in formgrader reach the gradebook, and its button writes feedback
    with both; a script in an answer stays text."""
    home = tmp_path / "home"
    (home / "runtime").mkdir(parents=True)
    with open_page(1280, 1000) as page, server(graded_course, home) as address:
        page.set_default_timeout(60_000)
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(f"{address}formgrader/?token=of-this-test")
        page.get_by_role("link", name="gans", exact=True).first.wait_for()
        keep_picture(page, "formgrader-assignments")

        page.goto(f"{address}formgrader/manage_submissions/gans")
        page.get_by_text("needs manual grading").wait_for()
        page.goto(f"{address}formgrader/gradebook/gans/{NOTEBOOK}")
        page.locator("td.name a").first.click()

        page.locator(f"input.score[id='{QUESTIONS[0]}']").wait_for()
        page.wait_for_load_state("networkidle")  # the fields listen once the marks are there
        assert page.title() != "owned"
        assert page.get_by_text("The minimum is 0").is_visible()
        give(page, QUESTIONS[0], "4")
        with page.expect_response(lambda r: "/api/comment/" in r.url and r.request.method == "PUT"):
            page.locator(f"textarea[id='{QUESTIONS[0]}-comment']").fill(COMMENT)
            page.locator(f"input.score[id='{QUESTIONS[1]}']").click()
        give(page, QUESTIONS[1], "5")
        give(page, QUESTIONS[2], "3.5")
        page.locator(f"input.score[id='{QUESTIONS[0]}']").scroll_into_view_if_needed()
        keep_picture(page, "formgrader-submission")

        page.goto(f"{address}formgrader/manage_submissions/gans")
        page.locator("span.label-success", has_text="graded").wait_for()
        page.locator("td.generate-feedback a").click()
        page.get_by_text("Successfully generated feedback").wait_for()
        keep_picture(page, "formgrader-feedback")

    marks = gradebook.read_marks(f"sqlite:///{graded_course}/gradebook.db", "gans")["alice"]
    assert [marks[name].score for name in QUESTIONS] == [4, 5, 3.5]
    assert not any(mark.by_hand for mark in marks.values())
    feedback = graded_course / "feedback" / "alice" / "gans" / f"{NOTEBOOK}.html"
    text = feedback.read_text("utf-8")
    assert COMMENT in text and "<script>document" not in text

    assert cli.main(["report", str(graded_course)]) == 0
    assert "Total points, of 100" in (graded_course / "report-gans.html").read_text("utf-8")


def saved(page, api: str):
    """Wait until formgrader's server has saved a mark or a comment."""
    return page.expect_response(lambda r: f"/api/{api}/" in r.url and r.request.method == "PUT")


def test_one_question_is_marked_for_all_students(course, hand_in, graded, tmp_path):
    """The marking page saves marks, a comment and a whole group into formgrader's gradebook; the
    guide stands beside the answers there, and below them in formgrader's own page."""
    exact = "y: 1 2 1 -1 -2 -1 1\nx: 1 -1 -2 -1 1 2 1"
    same = "The minimum is zero, and it is a saddle point of the function, so nobody wins."
    for name, text in (("alice", exact), ("bob", same), ("carol", same + "!"), ("dave", "?")):
        hand_in(name, b"all", {QUESTIONS[0]: text})
    assert cli.main(["grade", str(course)]) == 0
    home = tmp_path / "home"
    (home / "runtime").mkdir(parents=True)
    with open_page(1280, 1000) as page, server(course, home) as address:
        page.set_default_timeout(60_000)
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(f"{address}formgrader/marking/gans?token=of-this-test")
        page.get_by_text("4 of 4 answers wait").wait_for()
        assert page.get_by_role("heading", name="Model answer").is_visible()
        assert "alice" not in page.content()
        card = page.locator("article", has_text="Suggestion")
        with saved(page, "grade") as reply:
            card.get_by_role("button", name="Accept").click()
        assert reply.value.ok, reply.value.text()
        page.get_by_text("3 of 4 answers wait").wait_for()
        group = page.locator("article", has_text="saddle point").first
        group.get_by_label("Comment", exact=True).fill(COMMENT)
        with saved(page, "grade"):
            group.get_by_label("Points", exact=True).fill("2.5")
            group.get_by_label("Points", exact=True).press("Tab")
        group.get_by_role("button", name="whole group").click()
        page.get_by_text("1 of 4 answers wait").wait_for()
        page.wait_for_load_state("networkidle")
        keep_picture(page, "marking-page")
        page.goto(f"{address}formgrader/marking/gans/{QUESTIONS[0]}?anonymous=0")
        assert page.get_by_text("dave").first.is_visible()
        page.locator("article", has_text="alice").get_by_role("link").first.click()
        page.locator(f"input.score[id='{QUESTIONS[0]}']").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.locator(f"input.score[id='{QUESTIONS[0]}']").input_value() == "3"
        summary = page.locator("summary", has_text="For graders").first
        summary.click()
        assert page.get_by_text("update rules with step size 1").first.is_visible()
        summary.scroll_into_view_if_needed()
        keep_picture(page, "formgrader-guide")

    marks = gradebook.read_marks(f"sqlite:///{course}/gradebook.db", "gans")
    scores = {name: cells[QUESTIONS[0]].score for name, cells in marks.items()}
    assert scores == {"alice": 3, "bob": 2.5, "carol": 2.5, "dave": 0}
    assert marks["dave"][QUESTIONS[0]].by_hand and not marks["carol"][QUESTIONS[0]].by_hand
    assert cli.main(["export", str(course), "--to", "nbgrader"]) == 0
    assert ",88.0," in (course / "nbgrader-gans.csv").read_text()
    assert cli.main(["feedback", str(course)]) == 0
    page = (course / "feedback" / "carol" / "gans" / f"{NOTEBOOK}.html").read_text("utf-8")
    assert COMMENT in page and "update rules with step size 1" not in page
