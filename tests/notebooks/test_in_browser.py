"""The notebook in a real browser: JupyterLab, Notebook 7, and as a page. Pictures are kept."""

import json
import re
import shutil

import nbformat
import pytest
from nbconvert import HTMLExporter

from autograder.release.course import lay_student_folder
from helpers.browser import keep_picture, open_page
from helpers.course import ASSIGNMENT
from helpers.frontends import jupyter

FAST = {"GANS_DATA": "sample", "GANS_SHORT": "25", "OMP_NUM_THREADS": "1"}
SCROLLER = ".jp-WindowedPanel-outer"
SLOWLY = 240_000  # ms: how long the whole notebook may take on a busy machine
STATE = """() => {
    const cell = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
        .find(cell => cell.textContent.includes('dcgan = watch('));
    if (!cell) return null;
    const image = cell.querySelector('img');
    const line = cell.querySelector('.jp-OutputArea pre');
    return [line ? line.textContent : '', image ? image.src : '', cell.querySelectorAll('img').length];
}"""  # noqa: E501


IDLE = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
STARTED = r"""() => [...document.querySelectorAll('.jp-InputPrompt')]
    .some(prompt => /^\[[*\d]+\]:$/.test(prompt.textContent))"""


def run_all(page) -> None:
    """Run all cells, until one has begun or is done: a wish before the kernel is there may be lost.

    From then on the notebook does not scroll by itself any more.
    """
    page.locator(IDLE).first.wait_for(state="attached", timeout=60_000)
    for _ in range(4):
        page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
        page.locator(".lm-Menu-item", has_text=re.compile("^Run All Cells$")).click()
        for _ in range(40):
            if page.evaluate(STARTED):  # asked from here: a page that is not drawn does not ask
                return
            page.wait_for_timeout(500)
        keep_picture(page, "not-started")
    raise AssertionError("no cell has begun; see not-started.png")


def scroll(page, to: int) -> int:
    """Scroll the notebook to `to` pixels from its top; where that has led."""
    page.evaluate(f"() => {{ document.querySelector('{SCROLLER}').scrollTop = {to} }}")
    page.wait_for_timeout(200)  # cells that come into sight are put into the page
    return round(page.evaluate(f"() => document.querySelector('{SCROLLER}').scrollTop"))


def scroll_to(page, text: str) -> None:
    """Scroll from the top until the cell with this text is in sight."""
    cell = page.locator(".jp-Cell", has_text=text).first
    for at in range(0, 40_000, 600):
        end = scroll(page, at) < at
        box = cell.bounding_box() if cell.count() else None
        if box and (box["y"] < 500 or end):
            return
    raise AssertionError(f"no cell with {text!r} in the notebook")


def watch_training(page) -> tuple[set[str], set[str]]:
    """Look at the DCGAN's output until it is done; every line and every picture that was seen."""
    lines, pictures = set(), set()
    for _ in range(SLOWLY // 100):
        state = page.evaluate(STATE)
        if state:
            line, picture, count = state
            assert count <= 1, "the figure must be replaced, not repeated"
            lines |= {line} - {""}
            pictures |= {picture} - {""}
            if "done after" in line:
                return lines, pictures
        page.wait_for_timeout(100)
    raise AssertionError(f"the training did not end; seen: {sorted(lines)[-3:]}")


def leaf_through(page, name: str) -> set[str]:
    """Pictures of the notebook, screen by screen; the tasks whose check is green."""
    green, at, reached = set(), 0, -1
    for number in range(80):
        before, reached = reached, scroll(page, at)
        keep_picture(page, f"{name}-{number:02}")
        green |= set(page.locator(".verdict-passed strong").all_text_contents())
        if reached == before:
            break
        at = reached + 650
    return green


def outputs_of(path) -> dict[str, str]:
    """Outputs of the saved notebook by cell id."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return {c["id"]: json.dumps(c["outputs"]) for c in cells if c["cell_type"] == "code"}


def saved_outputs(page, path) -> dict[str, str]:
    """What the cells show in the notebook's file, once the save has reached it."""
    for _ in range(120):
        shown = outputs_of(path)
        if any("Packed, but not ready" in text for text in shown.values()):
            return shown
        page.wait_for_timeout(500)
    raise AssertionError(f"{path}: not saved within a minute")


def work_through(page, folder, name: str) -> None:
    """Run everything, watch the last training, look at every screen, save."""
    run_all(page)
    scroll_to(page, "dcgan = watch(")
    lines, pictures = watch_training(page)
    scroll_to(page, "dcgan = watch(")
    keep_picture(page, f"{name}-trained")
    assert len(lines) >= 2 and len(pictures) >= 2, "the figure did not move"
    scroll_to(page, "submit(assignment")
    page.get_by_text("Packed, but not ready").first.wait_for(timeout=SLOWLY)
    expected = {f"\N{CHECK MARK} {task.name}: passed" for task in ASSIGNMENT.tasks}
    assert leaf_through(page, name) == expected
    assert page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0
    page.keyboard.press("Control+S")
    shown = saved_outputs(page, folder / ASSIGNMENT.notebook)
    for task in ASSIGNMENT.tasks:
        cell = next(text for text in shown.values() if f"> {task.name}: passed" in text)
        assert "verdict-passed" in cell
    assert '"output_type": "error"' not in "".join(shown.values())


def look_at_export(page, notebook) -> None:
    """As an HTML page: the last state of each figure, with a text alternative; nothing sticks out.

    The page takes its mathematics from the network, which tests do not use.
    """
    text, _ = HTMLExporter().from_filename(str(notebook))
    notebook.with_suffix(".html").write_text(text, "utf-8")
    page.route(re.compile("^http"), lambda route: route.abort())
    page.goto(notebook.with_suffix(".html").as_uri())
    assert len(re.findall("step 25 of 25 · [^<]* · done after", page.content())) >= 3
    images = page.evaluate("() => [...document.images].map(i => [i.alt, i.naturalWidth])")
    assert len(images) >= 10 and all(len(alt) > 20 and width for alt, width in images)
    for width in (1280, 700):
        page.set_viewport_size({"width": width, "height": 900})
        keep_picture(page, f"export-{width}", full_page=True)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"the page is {wide} wide in a window of {width}"


@pytest.mark.slow
def test_a_student_works_in_jupyterlab(tmp_path):
    """In JupyterLab: write the functions in the editor, save, run all, watch, all checks green."""
    folder = tmp_path / "student"
    lay_student_folder(ASSIGNMENT, folder)
    solution = ASSIGNMENT.solution.read_text("utf-8")
    with open_page() as page, jupyter("lab", folder, tmp_path / "state", **FAST) as at:
        page.goto(at("lab/tree/cs231n/gan_pytorch.py"))
        page.locator(".cm-content").click(timeout=60_000)
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(solution)
        keep_picture(page, "lab-editor")
        page.keyboard.press("Control+S")
        page.get_by_text("Saving completed").wait_for()
        assert (folder / "cs231n" / "gan_pytorch.py").read_text("utf-8") == solution
        page.goto(at(f"lab/tree/{ASSIGNMENT.notebook}"))
        page.locator(".jp-Notebook .jp-Cell mjx-container").first.wait_for(timeout=60_000)
        work_through(page, folder, "lab")
        look_at_export(page, folder / ASSIGNMENT.notebook)


@pytest.mark.slow
def test_a_student_works_in_notebook_7(tmp_path):
    """In Notebook 7: run all on a finished file, watch, all checks green."""
    folder = tmp_path / "student"
    lay_student_folder(ASSIGNMENT, folder)
    shutil.copyfile(ASSIGNMENT.solution, folder / "cs231n" / "gan_pytorch.py")
    with open_page() as page, jupyter("notebook", folder, tmp_path / "state", **FAST) as at:
        page.goto(at(f"notebooks/{ASSIGNMENT.notebook}"))
        page.locator(".jp-Notebook .jp-Cell mjx-container").first.wait_for(timeout=60_000)
        work_through(page, folder, "notebook")


HISTORY = """
import numpy as np
from cs231n.display import show_progress
from cs231n.training import History
ones, images = np.ones(3), tuple(np.full((16, 784), v) for v in (-1.0, 0.0, 1.0))
show_progress(History(ones, ones, ones, ones, images, (1, 2, 3), 1.0, False))
"""
VISIBLE = """() => [...document.querySelectorAll('[role=radiogroup] img')]
    .map(image => image.getClientRects().length > 0)"""


@pytest.mark.slow
def test_history_is_leafed_through_in_jupyterlab(tmp_path):
    """Arrow keys go from frame to frame and not from cell to cell."""
    folder = tmp_path / "student"
    lay_student_folder(ASSIGNMENT, folder)
    trial = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(HISTORY)])
    trial.metadata = nbformat.read(folder / ASSIGNMENT.notebook, as_version=4).metadata
    path = folder / "history.ipynb"
    nbformat.write(trial, path)
    with open_page() as page, jupyter("lab", folder, tmp_path / "state", **FAST) as at:
        page.goto(at("lab/tree/history.ipynb"))
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
        keep_picture(page, "lab-history-start")
        run_all(page)
        page.locator("[role=radiogroup] input").first.wait_for(timeout=60_000)
        page.locator("[role=radiogroup] input").nth(2).click()
        assert page.evaluate(VISIBLE) == [False, False, True]
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(VISIBLE) == [False, True, False]
        keep_picture(page, "lab-history")
