"""Two hundred files made by breaking the solution at random: what still works keeps its marks.

A function whose own text, and everything that it uses, is unchanged must be the function of the
solution. A function whose text has changed earns at most what its text earns inside the correct
file; text that Python cannot read earns nothing.
"""

import ast
import random
import re
import warnings
from functools import cache
from types import FunctionType

import pytest

from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Level
from cs231n.checks import check_source
from cs231n.engine.loading.load_source import load_file
from helpers.assignments import public_data
from helpers.course import ASSIGNMENT
from helpers.sandboxes import open_sandbox

SOLUTION = ASSIGNMENT.solution.read_text("utf-8")
TASKS = {task.name: task.points for task in ASSIGNMENT.tasks}
COUNT, PARTS = 200, 10
MODULE = f"{ASSIGNMENT.package}.{ASSIGNMENT.module}"


def break_file(seed: int) -> str:
    """Return the solution with one random flaw."""
    chance = random.Random(seed)
    lines = SOLUTION.split("\n")
    code = [n for n, line in enumerate(lines) if line.strip()]
    number = chance.choice(code)
    kind = chance.choice(["delete", "cut", "bracket", "swap", "import"])
    if kind == "delete":
        del lines[number]
    elif kind == "cut":
        lines[number] = lines[number][: chance.randrange(len(lines[number]))]
    elif kind == "bracket":
        places = [(n, i) for n in code for i, c in enumerate(lines[n]) if c in "()[]"]
        number, at = chance.choice(places)
        lines[number] = lines[number][:at] + lines[number][at + 1 :]
    elif kind == "swap":
        other = chance.choice(code)
        lines[number], lines[other] = lines[other], lines[number]
    else:
        imports = [n for n in code if re.match(r"(import|from) ", lines[n])]
        number, word = chance.choice(imports), chance.choice(["import", "torch"])
        lines[number] = lines[number].replace(word, word[:-1], 1)
    return "\n".join(lines)


def segments(text: str) -> dict[str, str]:
    """Return name -> text of each function: the most lines from its `def` that are one function."""
    lines, found = text.split("\n"), {}
    for start, line in enumerate(lines):
        match = re.match(r"def (\w+)", line)
        if match:
            own = [lines[start:end] for end in range(start + 1, min(start + 80, len(lines)) + 1)]
            readable = ["\n".join(part) for part in own if is_one_function(part)]
            found[match[1]] = readable[-1].rstrip() if readable else ""
    return found


def is_one_function(lines: list[str]) -> bool:
    """Return whether lines are one function and nothing else."""
    try:
        with warnings.catch_warnings(action="ignore"):
            statements = ast.parse("\n".join(lines) + "\n").body
            compile("\n".join(lines) + "\n", "<own>", "exec")
    except (SyntaxError, ValueError):
        return False
    return len(statements) == 1 and isinstance(statements[0], ast.FunctionDef)


def same_code(a: object, b: object) -> bool:
    """Return whether two functions run the same instructions on the same constants and names."""
    if not (isinstance(a, FunctionType) and isinstance(b, FunctionType)):
        return False
    fields = ("co_code", "co_names", "co_varnames", "co_freevars", "co_argcount")
    first, second = a.__code__, b.__code__
    if any(getattr(first, field) != getattr(second, field) for field in fields):
        return False
    plain = [[repr(c).split(" at 0x")[0] for c in code.co_consts] for code in (first, second)]
    return plain[0] == plain[1] and a.__defaults__ == b.__defaults__


@cache
def load(text: str) -> dict:
    """Return the names of a file that was loaded as far as possible."""
    module, _ = load_file(text.encode(), ASSIGNMENT.package, ASSIGNMENT.module, "<broken>")
    return dict(vars(module))


def is_intact(names: dict, task: str) -> bool:
    """Return whether a function and all that it uses are those of the solution."""
    whole, waiting, seen = load(SOLUTION), [task], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in whole:
            continue
        seen.add(name)
        right, found = whole[name], names.get(name)
        if isinstance(right, FunctionType) and right.__module__ == MODULE:
            if not same_code(found, right):
                return False
            waiting += right.__code__.co_names
        elif found is not right and found != right:
            return False
    return True


@cache
def marks(text: str, task: str) -> float:
    """Return the points of a task of a file by the public cases."""
    (result,) = check_source(text.encode(), "<broken>", MODULE, public_data(ASSIGNMENT), [task])
    return result.verdict.points(TASKS[task])


@cache
def most(own: str | None, task: str) -> float:
    """Return what the text of a function earns in the correct file; nothing if it is unreadable."""
    if not own:
        return 0.0
    return marks(SOLUTION.replace(segments(SOLUTION)[task], own), task)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_function_that_still_works_keeps_its_marks_and_no_other_gains_any(part):
    """Twenty broken files in each part."""
    whole = segments(SOLUTION)
    for seed in range(part, COUNT, PARTS):
        text = break_file(seed)
        names, own = load(text), segments(text)
        for task in TASKS:
            unchanged = own.get(task) == whole[task]
            if is_intact(names, task):
                continue  # the very function of the solution
            if task not in names:
                assert not unchanged or uses_something_broken(text, task), (seed, task)
                continue  # lost, so it earns nothing
            if unchanged:
                assert uses_something_broken(text, task), (seed, task)
            else:
                assert marks(text, task) <= most(own.get(task), task), (seed, task)


def uses_something_broken(text: str, task: str) -> bool:
    """Return whether a line outside the functions of the tasks was changed."""

    def rest(source: str) -> str:
        for name, part in segments(source).items():
            source = source.replace(part, "") if name in TASKS else source
        return source

    own, whole = segments(text), segments(SOLUTION)
    others = set(re.findall(r"\b\w+\b", whole[task])) & (TASKS.keys() - {task})
    return rest(text) != rest(SOLUTION) or any(own.get(name) != whole[name] for name in others)


@pytest.mark.slow
def test_sandbox_and_check_agree_on_broken_files():
    """A sample through the sandbox: the marks are those of the check, hidden cases included."""
    with open_sandbox(Level.ZYGOTE) as sandbox:
        for seed in range(0, COUNT, 40):
            text = break_file(seed)
            graded = grade_source(ASSIGNMENT, text.encode(), "alice", worker=sandbox.run)
            for verdict in graded.verdicts:
                points = verdict.points(TASKS[verdict.task])
                if is_intact(load(text), verdict.task):
                    assert points == TASKS[verdict.task], (seed, verdict)
                else:
                    assert points <= marks(text, verdict.task), (seed, verdict)
