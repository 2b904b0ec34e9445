"""The notebook of every assignment: canonical, graded as its table says, and possible to finish."""

import re
import shutil

import nbformat
import pytest

from autograder.release.course import collect_files
from autograder.release.leak_check import revealing_lines, unfinished_stubs
from helpers.assignments import each_assignment


def read_notebook(assignment):
    return nbformat.read(assignment.repository / assignment.notebook, as_version=4)


def graded_cells(notebook, kind: str) -> list:
    return [c for c in notebook.cells if "nbgrader" in c.metadata and c.cell_type == kind]


@each_assignment
def test_notebook_is_canonical_and_clean(assignment):
    """The file is what nbformat writes, valid, without outputs, for the kernel python3."""
    notebook = read_notebook(assignment)
    path = assignment.repository / assignment.notebook
    assert path.read_text("utf-8") == nbformat.writes(notebook) + "\n"
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert cell.source == cell.source.strip()
        assert cell.cell_type == "markdown" or (not cell.outputs and cell.execution_count is None)


@each_assignment
def test_cell_ids_are_unique_words(assignment):
    """Every cell has its own id, made of words."""
    ids = [cell.id for cell in read_notebook(assignment).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name) for name in ids)


@each_assignment
def test_one_locked_cell_checks_each_task(assignment):
    """The graded code cells are the tasks of assignment.toml, in order, each one locked line."""
    cells = graded_cells(read_notebook(assignment), "code")
    assert [c.source for c in cells] == [f'check("{task.name}")' for task in assignment.tasks]
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in cells}
    assert points == {task.name: task.points for task in assignment.tasks}
    for cell in cells:
        facts = cell.metadata.nbgrader
        assert (facts.grade, facts.solution, facts.locked, facts.task) == (True, False, True, False)


@each_assignment
def test_one_open_cell_answers_each_question(assignment):
    """The graded text cells are the questions of assignment.toml, and all points make 100."""
    cells = graded_cells(read_notebook(assignment), "markdown")
    found = [(c.metadata.nbgrader.grade_id, c.metadata.nbgrader.points) for c in cells]
    assert found == [(q.grade_id, q.points) for q in assignment.questions]
    for cell in cells:
        facts = cell.metadata.nbgrader
        assert (facts.grade, facts.solution, facts.locked, facts.task) == (True, True, False, False)
        assert cell.source.startswith("Your answer here")
    assert sum(x.points for x in (*assignment.tasks, *assignment.questions)) == 100


@each_assignment
def test_headings_name_every_task_with_its_points(assignment):
    """Each task has a heading with its number, its name and its points."""
    cells = read_notebook(assignment).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    headings = re.findall(r"^### Task (\d+): `(\w+)` \((\d+) points\)$", text, re.MULTILINE)
    tasks = enumerate(assignment.tasks, 1)
    assert headings == [(str(i), task.name, f"{task.points:g}") for i, task in tasks]


@each_assignment
def test_stubs_are_unwritten_and_the_solution_is_recognised(assignment):
    """The leak check finds no solution in the stubs, and identifying lines in every task."""
    assert unfinished_stubs(assignment.stub, assignment) == []
    assert len(unfinished_stubs(assignment.solution, assignment)) == len(assignment.tasks)
    lines = revealing_lines(assignment)
    parts = re.split(r"\n(?=def |class )", assignment.solution.read_text("utf-8"))
    for task in assignment.tasks:
        (part,) = (p for p in parts if re.match(rf"(def|class) {task.name}\b", p))
        assert any(line in part for line in lines), task.name
    text = (assignment.repository / assignment.notebook).read_text("utf-8")
    assert not any(line in text for line in lines)


@each_assignment
def test_the_student_files_are_complete(assignment):
    """Students get notebook, public checks and stub, and no hidden case or solution."""
    files = collect_files(assignment)
    stub = f"{assignment.package}/{assignment.module}.py"
    assert {assignment.notebook, assignment.public_checks.name, stub} <= {*files}
    assert not [name for name in files if "hidden" in name or "solution" in name]


@pytest.mark.slow
@each_assignment
def test_a_student_can_finish(assignment, tmp_path, monkeypatch):
    """With the solution in place all cells run, headless and short, and every check passes."""
    from nbclient import NotebookClient

    for name in collect_files(assignment):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assignment.repository / name, tmp_path / name)
    shutil.copyfile(assignment.solution, tmp_path / assignment.package / assignment.solution.name)
    for name, value in {"GANS_SHORT": "12", "OMP_NUM_THREADS": "2", "PYTHONPATH": ""}.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(tmp_path / assignment.notebook, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    nbformat.validate(notebook)
    for cell in graded_cells(notebook, "code"):
        assert "passed" in str(cell.outputs).lower(), cell.source
    shown = {c.id: str(c.outputs) for c in notebook.cells if c.cell_type == "code"}
    training = [name for name in shown if name == "train" or name.startswith("train-")]
    assert training
    for name in training:
        assert "step 12 of 12" in shown[name] and "done after" in shown[name]
