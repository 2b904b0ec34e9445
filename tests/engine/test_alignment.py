"""Explanations of networks: none for a correct one, and one that fits for each mistake."""

import pytest

from autograder.authoring.matrix import touched
from autograder.authoring.mistakes import load_known_solutions
from autograder.config import load_assignments
from cs231n.engine.explaining.alignment import align, explain_network
from cs231n.engine.explaining.table import table_html, table_text
from cs231n.engine.operations import parse_layer
from helpers.explanations import CALLS, explain_task, load, reference_of, trace_task

ASSIGNMENTS = {a.name: a for a in load_assignments()}


def networks(folder):
    """(assignment, entry, task) of all entries that touch a network."""
    found = []
    for assignment in ASSIGNMENTS.values():
        solution, names = assignment.solution.read_bytes(), [t.name for t in assignment.tasks]
        for entry in load_known_solutions(assignment, folder):
            if b"\nOperations: " in entry.source:  # right, but of other operations
                continue
            for task in touched(entry.source, solution, names):
                if task in CALLS and (folder == "variants" or task in entry.loses):
                    found.append(pytest.param(assignment, entry, task, id=f"{entry.name}-{task}"))
    return found


@pytest.mark.parametrize(("assignment", "entry", "task"), networks("variants"))
def test_a_correct_network_has_no_difference(assignment, entry, task):
    """However a correct network is written, its operations are those of the assignment."""
    explanation = explain_task(assignment, entry.source, task)
    assert not explanation.differs
    assert explanation.note == ""


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_solution_has_no_difference(name):
    """The layers in the table are those of the reference solution."""
    assignment = ASSIGNMENTS[name]
    module = load(assignment, assignment.solution.read_bytes())
    for task in CALLS.keys() & {t.name for t in assignment.tasks}:
        explanation = explain_network(trace_task(module, task), reference_of(assignment, task))
        assert explanation.sentences == ()
        assert {row.mark for row in explanation.rows} <= {"same", "fold"}


def layers(*lines):
    return [parse_layer(line) for line in lines]


def marks(found, expected, **options):
    return [match.mark for match in align(layers(*found), layers(*expected), **options)]


def test_alignment_marks_each_kind_of_difference():
    """Changed settings, other operations, missing, extra and exchanged ones have their marks."""
    plain = ["linear 4 -> 4", "relu", "linear 4 -> 1"]
    assert marks(plain, plain) == ["same"] * 3
    assert marks(["linear 4 -> 4", "tanh", "linear 4 -> 1"], plain) == ["same", "changed", "same"]
    assert marks(["linear 4 -> 4", "linear 4 -> 1"], plain) == ["same", "missing", "same"]
    assert marks([*plain, "sigmoid"], plain) == ["same", "same", "same", "extra"]
    turned = ["linear 4 -> 4", "batch_norm 4", "relu"], ["linear 4 -> 4", "relu", "batch_norm 4"]
    assert marks(*turned) == ["same", "order", "order"]
    assert marks(plain[:1], plain, open_end=True) == ["same", "unreached", "unreached"]


def test_a_missing_layer_takes_its_activation_with_it():
    """The layer that is reported missing is one with the activation after it."""
    expected = ["linear 8 -> 4", "relu", "linear 4 -> 4", "relu", "linear 4 -> 1"]
    found = ["linear 8 -> 4", "relu", "linear 4 -> 1"]
    assert marks(found, expected) == ["same", "same", "missing", "missing", "same"]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("nn.Linear(784, 256), nn.ReLU()", "<"),
        ("nn.Linear(784, 256), nn.LeakyReLU(0.2)", "differs"),
    ],
)
def test_tables_have_words_beside_signs(code, word):
    """A row that differs has a sign and a word, in the text and in HTML; code is escaped."""
    assignment = ASSIGNMENTS["gans"]
    source = (
        assignment.solution.read_bytes()
        + (
            f"\n\ndef discriminator(seed=None):\n    return nn.Sequential(Flatten(), {code}, "
            "nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1))\n"
        ).encode()
    )
    explanation = explain_task(assignment, source, "discriminator")
    lines = table_text(explanation.rows)
    assert lines[0].split() == ["your", "network", "size", "the", "assignment"]
    assert any(line.startswith("\N{NOT EQUAL TO}") and line.endswith("differs") for line in lines)
    assert word in table_html(explanation.rows)
    assert "<script" not in table_html(explanation.rows)


def test_long_networks_are_folded_around_the_differences():
    """Of a long network the rows near a difference are shown, and how many are left out."""
    assignment = ASSIGNMENTS["gans"]
    source = (
        assignment.solution.read_bytes()
        + b"""

def generator(noise_dim=96, seed=None):
    layers = [nn.Linear(noise_dim, 1024), nn.ReLU()]
    for _ in range(30):
        layers += [nn.Linear(1024, 1024), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh())
"""
    )
    explanation = explain_task(assignment, source, "generator")
    assert any("too many" in sentence for sentence in explanation.sentences)
    assert len(explanation.rows) <= 70
