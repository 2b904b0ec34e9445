"""Hostile submissions: none gains a mark, leaks, survives, or touches the next one.

Each file of `attacks/` stands on top of the reference solution (unless it says `# whole file`) and
begins with `PLANTED`, what an attacker could know of this machine. Its docstring says what it
tries and, line by line, what `Must:` happen, what it `Loses:`, a text that `Finds:` names, its
`Limits:`, and `Levels: fresh` if it is also run in a fresh sandbox for each process.

One that gets through raises "ESCAPED" and thereby loses a mark that it should have kept.
"""

import dataclasses
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.config import find_assignment
from autograder.grading.grade_submission import draw_cases, grade_source, reference_data_of
from autograder.sandbox import Level, Sandbox, run_self_test
from cs231n.engine.judging.render import to_html
from helpers.sandboxes import descendants, is_soon, open_sandbox

pytestmark = pytest.mark.slow

ASSIGNMENT = find_assignment("gans")
SOLUTION = ASSIGNMENT.solution.read_bytes()
BESIDE = {"sample_noise", "discriminator", "generator_loss"}  # judged whatever an attack aims at
SECRET = "the-planted-secret"


@dataclass(frozen=True)
class Attack:
    """One hostile file."""

    name: str
    loses: dict[str, float]
    finds: str
    limits: dict[str, float]
    levels: tuple[str, ...]
    text: str

    def source(self, planted: dict) -> bytes:
        """The file as it would be handed in."""
        below = "" if "\n# whole file\n" in self.text else SOLUTION.decode() + "\n\n"
        return f"PLANTED = {planted!r}\n{below}{self.text}".encode()


def load(path: Path) -> Attack:
    text = path.read_text("utf-8")
    said = dict(re.findall(r"^(Must|Loses|Finds|Limits|Levels): (.*)$", text, re.MULTILINE))
    assert said["Must"]
    points = {task.name: task.points for task in ASSIGNMENT.tasks}
    loses = points if said.get("Loses") == "all" else pairs(said.get("Loses"))
    levels = ("zygote", *said.get("Levels", "").split())
    return Attack(path.stem, loses, said.get("Finds", ""), pairs(said.get("Limits")), levels, text)


def pairs(words: str | None) -> dict[str, float]:
    return {k: float(v) for k, v in (part.split() for part in (words or "").split(",") if part)}


ATTACKS = [load(path) for path in sorted((Path(__file__).parents[1] / "attacks").glob("*.py"))]


@pytest.fixture(scope="module")
def warm():
    """One zygote for all attacks."""
    with open_sandbox(Level.ZYGOTE) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def fresh():
    """A new sandbox for each process of an attack."""
    with open_sandbox(Level.FRESH) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """What there is to steal and to reach: files, a course, sockets that notice a visitor."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "secret.txt").write_text(SECRET)
    course = folder / "course"
    submission = course / "submitted" / "bob" / "gans" / "cs231n" / "gan_pytorch.py"
    submission.parent.mkdir(parents=True)
    submission.write_text(SECRET)
    (course / "gradebook.db").write_text(SECRET)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as by_path,
        socket.socket(socket.AF_UNIX) as abstract,
        pytest.MonkeyPatch.context() as patch,
    ):
        by_path.bind(str(folder / "socket"))
        abstract.bind("")  # to a free abstract name, which the kernel picks
        patch.setenv("AUTOGRADER_SECRET", SECRET)
        patch.chdir(folder)
        doors = (listener, by_path, abstract)
        for door in doors:
            door.listen()
            door.setblocking(False)
        yield {
            "pid": os.getpid(),
            "room": str(ASSIGNMENT.folder),
            "course": str(course),
            "home": os.path.expanduser("~"),
            "secret": str(folder / "secret.txt"),
            "port": listener.getsockname()[1],
            "socket": str(folder / "socket"),
            "abstract": abstract.getsockname().decode(),
        }
        for door in doors:
            with pytest.raises(BlockingIOError):  # nobody came
                door.accept()


def lost_by(attack: Attack, planted: dict, sandbox: Sandbox) -> tuple[dict, str, tuple]:
    """(task -> points lost, all text for the student, verdicts) of an attack."""
    names = BESIDE | set(attack.loses)
    tasks = tuple(task for task in ASSIGNMENT.tasks if task.name in names)
    limits = dataclasses.replace(ASSIGNMENT.limits, **attack.limits)
    smaller = dataclasses.replace(ASSIGNMENT, tasks=tasks, limits=limits)
    graded = grade_source(smaller, attack.source(planted), attack.name, worker=sandbox.run)
    points = {task.name: task.points for task in tasks}
    lost = {v.task: points[v.task] - v.points(points[v.task]) for v in graded.verdicts}
    texts = [graded.note or ""]
    for finding in (finding for verdict in graded.verdicts for finding in verdict.findings):
        texts += [finding.text, *finding.details]
    return {task: n for task, n in lost.items() if n}, "\n".join(texts), graded.verdicts


def check(attack: Attack, planted: dict, sandbox: Sandbox) -> None:
    lost, text, verdicts = lost_by(attack, planted, sandbox)
    assert "ESCAPED" not in text
    assert lost == attack.loses, text
    assert attack.finds in text
    assert SECRET not in text
    assert "<script" not in "".join(to_html(v, 1.0) for v in verdicts)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_contained(attack, planted, warm):
    """An attack gains and leaks nothing, leaves no process, and does not disturb the zygote.

    After each attack the self-test passes in the same zygote; after every tenth the solution gets
    full marks.
    """
    run_self_test(warm)
    pid = warm.zygote.pid
    assert is_soon(lambda: len(descendants(pid)) == 2)
    before = descendants(pid)
    check(attack, planted, warm)
    run_self_test(warm)
    assert warm.zygote.pid == pid, "the zygote was replaced"
    assert is_soon(lambda: descendants(pid) == before), "a process is left"
    if ATTACKS.index(attack) % 10 == 9:
        graded = grade_source(ASSIGNMENT, SOLUTION, attack.name, worker=warm.run)
        assert {v.status for v in graded.verdicts} == {"passed"}


IN_FRESH = [attack for attack in ATTACKS if "fresh" in attack.levels]


@pytest.mark.parametrize("attack", IN_FRESH, ids=lambda attack: attack.name)
def test_an_attack_is_contained_in_a_fresh_sandbox(attack, planted, fresh):
    """A fresh sandbox contains the attack too, and leaves no process."""
    before = descendants(os.getpid())
    check(attack, planted, fresh)
    assert is_soon(lambda: descendants(os.getpid()) <= before)


def test_nothing_is_left_for_a_second_visit(planted, warm):
    """Marks in files, memory, modules and the environment are gone at the next job."""
    attack = next(attack for attack in ATTACKS if attack.name == "state_left_behind")
    for _ in range(3):
        check(attack, planted, warm)


def test_no_figure_of_a_hidden_case_reaches_the_feedback(planted, warm):
    """A student may put inputs into the name and the text of an exception: neither is shown."""
    attack = next(attack for attack in ATTACKS if attack.name == "probe_in_message")
    _, text, _ = lost_by(attack, planted, warm)
    public, hidden = reference_data_of(ASSIGNMENT)
    task = next(task for task in ASSIGNMENT.tasks if task.name == "generator_loss")
    assert any(case.hidden for case in draw_cases(public, hidden, task, "x", ASSIGNMENT))
    assert not re.search(r"Leak|\d{4}", text)
