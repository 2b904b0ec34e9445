"""The catalogue: each mistake costs its marks and is named, each right variant keeps them all."""

import re

import pytest

from autograder.authoring.matrix import judge_entry
from autograder.authoring.mistakes import Entry, load_entries
from autograder.config import find_assignment
from cs231n.checks import Checker
from cs231n.engine.reference_data import load_reference_data
from helpers.course import points_lost, public_verdicts

ASSIGNMENT = find_assignment("gans")
POINTS = {task.name: task.points for task in ASSIGNMENT.tasks}
MISTAKES = load_entries(ASSIGNMENT, "mistakes")
VARIANTS = load_entries(ASSIGNMENT, "variants")
# What an outcome cannot name: the finding itself already says all there is to say.
SAYS_ALL = {"shared", "not_attempted", "none_returned", "missing"}


@pytest.fixture(scope="module")
def public():
    """The public reference data as they stand in the repository."""
    return load_reference_data(ASSIGNMENT.public_checks)


@pytest.mark.parametrize("entry", MISTAKES, ids=lambda entry: entry.name)
def test_a_mistake_loses_just_its_marks_and_is_named(entry, public):
    """A mistake costs exactly the marks that its file names, and a finding names it."""
    verdicts = public_verdicts(ASSIGNMENT, entry, public)
    assert points_lost(ASSIGNMENT, verdicts) == entry.loses
    for task in entry.loses:
        findings = verdicts[task].findings
        if entry.named:
            found = [f for f in findings if f.mistake == entry.name]
            assert [f.text for f in found] == [entry.says]
        else:
            assert findings[0].code in SAYS_ALL


@pytest.mark.parametrize("entry", VARIANTS, ids=lambda entry: entry.name)
def test_a_right_variant_keeps_every_mark(entry, public):
    """However it is written, a right solution passes, and all findings on it are remarks."""
    assert entry.loses == {}
    for verdict in public_verdicts(ASSIGNMENT, entry, public).values():
        assert verdict.status == "passed", verdict
        assert all(f.remark for f in verdict.findings)


REMARKS = {
    "classifier_batch_128": ["fixed_batch"],
    "discriminator_flat_scores": ["flat_scores"],
    "discriminator_raw_parameters": [],
    "discriminator_unused_layer": ["unused_parameters"],
    "loss_concatenated": ["remark_unequal"],
    "loss_softplus": [],
    "old_file": ["fixed_batch", "remark_device"],
}


@pytest.mark.parametrize("name", REMARKS)
def test_a_variant_gets_its_remarks_and_no_others(name, public):
    """What is right here and fragile elsewhere is said once; what is just unusual is not."""
    (entry,) = [entry for entry in VARIANTS if entry.name == name]
    verdicts = public_verdicts(ASSIGNMENT, entry, public).values()
    found = {f.code for v in verdicts for f in v.findings}
    assert sorted(found) == REMARKS[name]


BACKWARDS = """

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Linear(256, 1)
        self.b = nn.Linear(256, 256)
        self.W = nn.Parameter(torch.zeros(784, 256))
        self.v = nn.Parameter(torch.zeros(256))

    def forward(self, x):
        x = nn.functional.leaky_relu(x.flatten(1) @ self.W + self.v, 0.2)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.2))TAIL


def discriminator(seed=None):
    return Other()
"""
OTHERWISE = {
    "discriminator/slope_0_2": BACKWARDS.replace("TAIL", ""),
    "discriminator_loss/halved": """
def discriminator_loss(a, b):
    return (nn.functional.softplus(-a).mean() + nn.functional.softplus(b).mean()).view(1) / 2
""",
    "sample_noise/normal": """
def sample_noise(n, d, seed=None):
    import numpy as np
    return torch.from_numpy(np.random.RandomState(seed or 5).randn(n, d)).float()
""",
    "get_optimizer/betas_default": """
class Mine(optim.Adam):
    pass

def get_optimizer(m):
    return Mine([{"params": [p]} for p in m.parameters()], 1e-3)
""",
}


def verdict_on(text: str, task: str, public):
    """The verdict on what stands in `text`, on top of the solution."""
    source = ASSIGNMENT.solution.read_bytes() + text.encode()
    return judge_entry(ASSIGNMENT, Entry("x", "X.", {}, False, source), [task], public)[task]


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_mistake_is_named_however_it_is_written(name, public):
    """Recognition goes by what the code computes: other classes, order and formulas do not hide."""
    verdict = verdict_on(OTHERWISE[name], name.split("/")[0], public)
    assert name in [f.mistake for f in verdict.findings]


def test_two_mistakes_together_are_not_named_as_one(public):
    """Slope 0.2 and a final sigmoid fit no file: nothing is named that is only half true."""
    verdict = verdict_on(BACKWARDS.replace("TAIL", ".sigmoid()"), "discriminator", public)
    assert verdict.status == "failed"
    assert [f.mistake for f in verdict.findings] == [None]


def test_the_catalogue_is_large():
    """There are at least 70 mistakes, several for every task, and 35 right variants."""
    assert len(MISTAKES) >= 70
    assert len(VARIANTS) >= 35
    for task in POINTS:
        assert sum(task in entry.loses for entry in MISTAKES) >= 5, task


def test_at_least_nine_mistakes_in_ten_are_named():
    """Only where the finding says all there is to say, recognition is not asked for."""
    costly = [entry for entry in MISTAKES if entry.loses]
    assert sum(entry.named for entry in costly) >= 0.95 * len(costly)


@pytest.mark.parametrize("entry", MISTAKES + VARIANTS, ids=lambda entry: entry.name)
def test_a_sentence_is_a_sentence(entry):
    """What a student reads begins with a capital, ends with a full stop and is one paragraph."""
    assert re.fullmatch(r"[A-Z].*\.", entry.says)
    assert len(entry.says) < 260
    assert "  " not in entry.says


def test_a_sentence_holds_no_code(public):
    """Sentences name layers and functions, but never write out what belongs in the file."""
    for entry in MISTAKES:
        assert not re.search(r"\bnn\.\w+\([^)]|\boptim\.\w+\(|\breturn\b|\bself\.", entry.says)


def test_stored_mistakes_are_those_of_the_catalogue(public):
    """The public file holds each mistake that a check must know, in today's words."""
    stored = {
        (task["name"], mistake["name"], mistake["says"])
        for task in public.spec["tasks"]
        for mistake in task["mistakes"]
    }
    assert stored == {(t, e.name, e.says) for e in MISTAKES if e.named for t in e.loses}


def test_the_public_file_is_small():
    """Students download it: under 300 KB with all that it knows."""
    assert ASSIGNMENT.public_checks.stat().st_size < 300_000


@pytest.mark.parametrize("task", POINTS)
def test_hints_come_in_three_steps_without_code(task, public):
    """A question, then the place, then the rule; asked again, the last one stays."""
    hints = public.task(task)["hints"]
    assert len(hints) == 3
    assert hints[0].endswith("?") and hints[1].startswith("Look at")
    for text in hints:
        assert not re.search(r"\w\(|[=\[\]`]|\bnn\.|\boptim\.", text), text
    check = Checker(pytest, public)
    shown = [repr(check.hint(task)) for _ in range(4)]
    assert shown[:3] == [
        f"Hint {i + 1} of 3: {hints[i]}"
        + (" Ask again for a stronger one." if i < 2 else " It is the last.")
        for i in range(3)
    ]
    assert shown[3] == shown[2]


def test_stored_hints_are_those_of_the_assignment(public):
    """The public file holds today's hints."""
    for task in ASSIGNMENT.tasks:
        assert public.task(task.name)["hints"] == list(task.hints)
