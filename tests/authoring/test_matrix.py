"""The matrix: the tasks that a known solution touches, exact rows, and both renderings."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring.matrix import Matrix, MatrixRow, compute, to_markdown, to_text, touched
from autograder.authoring.mistakes import KnownSolution, load_known_solutions
from autograder.authoring.pairs import compose_pairs, judge_pairs, pairs_to_text
from autograder.cli.main import main
from autograder.config import find_assignment
from cs231n.engine.schema import Finding, Verdict

ASSIGNMENT = find_assignment("gans")
TASKS = [task.name for task in ASSIGNMENT.tasks]
SOLUTION = ASSIGNMENT.solution.read_bytes()
FEW = {
    "discriminator/slope_0_2", "get_optimizer/nothing_returned", "bce_loss/summed",
    "loss_softplus", "build_dc_generator/batchnorm_momentum",
}  # fmt: skip


@pytest.fixture(scope="module")
def few():
    """The matrix of a few entries."""
    return compute(ASSIGNMENT, keep=lambda entry: entry.name in FEW)


def entry_with(text: str) -> bytes:
    return SOLUTION + b'\n\n"""What is wrong."""\n' + text.encode()


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("def generator_loss(x):\n    return x", ["generator_loss"]),
        ("def bce_loss(a, b):\n    return a", ["discriminator_loss", "generator_loss"]),
        ("class Unflatten:\n    pass", ["build_dc_generator"]),
        ("def helper(x):\n    return x", []),
        ("import math\n", []),
        ("print(1)", TASKS),
        ("NOISE_DIM = 3", TASKS),
    ],
)
def test_touched_tasks_are_those_that_use_what_a_file_defines(text, tasks):
    """A file on top of the solution touches the tasks whose functions use one of its names."""
    assert touched(entry_with(text), SOLUTION, TASKS) == tasks


def test_touched_by_a_whole_file_is_everything():
    """A file that stands alone is judged in every task."""
    assert touched(b"x = 1", SOLUTION, TASKS) == TASKS


def test_rows_are_exact_and_explained(few):
    """Marks lost are those of the files, whole or in part, by public and hidden cases."""
    assert few.wrong == []
    lost = {row.solution.name: row.lost for row in few.mistakes}
    assert lost["bce_loss/summed"] == {"discriminator_loss": 10, "generator_loss": 10}
    assert lost["build_dc_generator/batchnorm_momentum"] == {"build_dc_generator": 2}
    assert few.unexplained == []
    assert [row.solution.name for row in few.variants] == ["solution", "loss_softplus"]
    assert few.summary == (
        "4 mistakes and 2 correct solutions; 6 of 6 cost exactly what they should; "
        "4 of 4 costly mistakes (100.0%) are explained"
    )


def test_text_says_what_each_row_loses_and_reads(few):
    """A line with the marks, then what the student reads."""
    lines = to_text(few).splitlines()
    place = lines.index("discriminator/slope_0_2: loses discriminator -10")
    assert "negative slope 0.2" in lines[place + 1]
    assert "loss_softplus: loses nothing" in lines
    assert lines[-1] == few.summary


def test_a_wrong_row_is_shown_everywhere():
    """Where a file says otherwise, both renderings say so in words."""
    entry = KnownSolution(
        "loss/<b>|", "Nothing.", {"discriminator_loss": 10.0}, ("A <b>", "absent"), b""
    )
    verdict = Verdict("generator_loss", "failed", 0.0, (Finding("x", "A <b> & a |."),))
    row = MatrixRow(entry, {"generator_loss": verdict}, {"generator_loss": 10.0})
    wrong = Matrix(ASSIGNMENT.tasks, (row,), ())
    assert wrong.wrong == [row] == wrong.unexplained
    assert "loss/<b>|: not explained (Explains: A <b>; absent)" in to_text(wrong)
    assert "SHOULD LOSE {'discriminator_loss': 10.0}" in to_text(wrong)
    assert "| A <b> & a \\|. |" in to_markdown(wrong)


def test_the_docs_hold_every_mistake_with_its_marks_and_words():
    """docs/mistakes.md is fresh: names, marks and explanations of all files, and of no others."""
    text = (Path(ASSIGNMENT.repository) / "docs" / "mistakes.md").read_text("utf-8")
    rows, folder = {}, ""
    for line in text.splitlines():
        folder = line[3:] if line.startswith("## ") else folder
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            rows[f"{folder}/{cells[0].strip('`')}"] = (cells[1:11], cells[-1])
    entries = {entry.name: entry for entry in load_known_solutions(ASSIGNMENT, "mistakes")}
    assert set(rows) == set(entries)
    for name, (marks, text_of_row) in rows.items():
        entry = entries[name]
        lost = {t: float(m) for t, m in zip(TASKS, marks, strict=True) if m}
        assert lost == entry.loses, name
        assert bool(text_of_row) == bool(entry.loses), name
    for entry in load_known_solutions(ASSIGNMENT, "variants"):
        assert f"- `{entry.name}`: {entry.says}" in text


def test_command_fails_where_a_row_is_wrong(few, monkeypatch, tmp_path, capsys):
    """`matrix` prints the table, writes Markdown, and returns 1 if a mistake costs otherwise."""
    monkeypatch.setattr("autograder.authoring.matrix.compute", lambda *a, **k: few)
    file = tmp_path / "m.md"
    words = ["matrix", "--assignment", "gans"]
    assert main([*words, "--markdown", str(file)]) == 0
    assert few.summary in capsys.readouterr().out
    assert file.read_text() == to_markdown(few)
    row = MatrixRow(few.mistakes[0].solution, few.mistakes[0].verdicts, {})
    broken = Matrix(few.tasks, (row,), ())
    monkeypatch.setattr("autograder.authoring.matrix.compute", lambda *a, **k: broken)
    assert main(words) == 1


def test_pairs_combine_two_mistakes_of_one_function():
    """At least 300 pairs of the first assignment can be composed; each is new and compiles."""
    pairs = compose_pairs(ASSIGNMENT)
    assert len(pairs) >= 300
    assert len({pair.source for pair in pairs}) > 0.9 * len(pairs)
    assert {pair.task for pair in pairs} <= set(TASKS)
    names = ("discriminator/no_bias", "discriminator/slope_0_2")
    (pair,) = [p for p in pairs if (p.first.name, p.second.name) == names]
    added = pair.source[len(SOLUTION) :].decode()
    assert added.count("LeakyReLU(0.2)") == 2 and added.count("bias=False") == 3


def test_a_pair_is_explained_by_the_words_of_both():
    """The text counts pairs by the words of both files."""
    results = judge_pairs(ASSIGNMENT, most=3)
    assert len(results) == 3
    text = pairs_to_text([replace(results[0], lacking=("word",), hidden=False)])
    assert text.splitlines()[0].endswith(": lacks word")
    assert text.splitlines()[1].startswith("0 of 1 pairs (0.0%) explain both")
