"""Of a broken file everything counts that can be read and run, and the rest is reported."""

import json
from types import ModuleType

import pytest

from cs231n.engine.loading.recovery import Problem, decode, execute, parse

GOOD = "def good():\n    return 1\n"
AFTER = "def after():\n    return 2\n"


def run(source: str | bytes, statement_s: float | None = None):
    """Names that exist in the end, and (kind, line) of each problem."""
    data = source if isinstance(source, bytes) else source.encode()
    parsed, module = parse(data), ModuleType("student")
    failed = execute(parsed, module, "student.py", statement_s)
    names = {name for name in module.__dict__ if not name.startswith("__")}
    return names, [(problem.kind, problem.line) for problem in [*parsed.problems, *failed]]


FAILS = {
    "assert": "assert False, 'bad'",
    "call": "undefined()",
    "import": "import no_such_package",
    "ipython": "get_ipython().run_line_magic('matplotlib', 'inline')",
    "folder": "open('/content/log.txt', 'w')",
    "exit": "raise SystemExit(1)",
    "quit": "import sys; sys.exit()",
    "class": "class A(NoSuch): pass",
    "system exit in a block": "if True:\n    raise SystemExit",
}


@pytest.mark.parametrize("kind", FAILS)
def test_statement_that_fails_costs_only_itself(kind):
    """What is defined before and after it exists, and its line is reported."""
    names, problems = run(f"{GOOD}{FAILS[kind]}\n{AFTER}")
    assert {"good", "after"} <= names
    assert len(problems) == 1 and problems[0][1] in (3, 4)


BROKEN = {
    "missing colon": "def bad(x)\n    return x\n",
    "unclosed parenthesis": "def bad(x):\n    return (x + 1\n",
    "unclosed bracket in a class": (
        "class Bad:\n    def m(self):\n        return [1\n    def n(self):\n        return 2\n"
    ),
    "wrong dedent": "def bad(x):\n    if x:\n      return 1\n     return 2\n",
    "cut line": "bad = 5 +\n",
    "unclosed call": "bad = f(1,\n",
    "extra parenthesis": "def bad(x):\n    return x)\n",
    "unclosed string": "def bad(x):\n    return 'x\n",
    "unclosed docstring": 'def bad(x):\n    """Return x.\n    return x\n',
    "assignment in a condition": "def bad(x):\n    if x = 1:\n        return x\n",
    "stray else": "def bad(x):\n    else:\n        return x\n",
    "python 2 print": "def bad(x):\n    print x\n",
    "keyword as a name": "def bad(class):\n    return 1\n",
    "await outside": "bad = await x\n",
    "return at the margin": "return 5\n",
    "nothing in the body": "def bad(x):\n",
    "conflict": (
        "<<<<<<< HEAD\ndef bad():\n    return 1\n=======\ndef bad():\n    return 2\n>>>>>>> mine\n"
    ),
    "line of dashes": "-----------\n",
    "pasted prompt": ">>> bad = 1\n",
    "shell line": "!pip install torch\n",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_syntax_error_costs_only_the_code_that_contains_it(kind):
    """The functions around it exist, the broken one does not, and its place is reported."""
    names, problems = run(f"{GOOD}\n{BROKEN[kind]}\n{AFTER}")
    assert {"good", "after"} <= names and "bad" not in names
    assert len(problems) == 1 and 3 <= problems[0][1] <= 3 + BROKEN[kind].count("\n") + 1


def test_conflict_names_both_sides():
    """A merge conflict is reported as such, with the names of its two sides."""
    parsed = parse(BROKEN["conflict"].encode())
    assert "a merge conflict between HEAD and mine" in parsed.problems[0].error


def test_error_has_line_and_caret():
    """The line and the place in it are those of Python's own message."""
    (problem,) = parse(f"{GOOD}\ndef bad(x)\n    return x\n".encode()).problems
    assert (problem.line, problem.text, problem.caret) == (4, "def bad(x)", 11)
    assert problem.names == ("bad",) and "expected ':'" in problem.error


def test_broken_second_definition_does_not_bring_the_first_one_back():
    """The student's last text of a function counts, and if it is broken the function is lost."""
    names, _ = run(f"{GOOD}\ndef good()\n    return 3\n")
    assert "good" not in names
    names, _ = run(f"def good()\n    return 3\n\n{GOOD}")
    assert "good" in names


def test_tabs_and_blanks_are_read_in_the_only_possible_way():
    """A function whose tabs can be read in one way counts, with a remark."""
    mixed = "def mixed():\n    if True:\n\treturn 1\n    return 2\n"
    names, problems = run(f"{GOOD}\n{mixed}\n{AFTER}")
    assert {"good", "after"} <= names
    assert [kind for kind, _ in problems] in (["indentation"], ["syntax"])


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [("utf-8", []), ("utf-8-sig", []), ("utf-16", ["encoding"]), ("utf-16-le", ["encoding"]),
     ("utf-16-be", ["encoding"]), ("utf-32", ["encoding"]), ("cp1252", ["encoding"])],
)  # fmt: skip
def test_file_is_read_however_it_was_saved(encoding, kind):
    """Each encoding gives the same function; all but UTF-8 are reported."""
    names, problems = run(f"{GOOD}WORD = 'é'\n".encode(encoding))
    assert names == {"good", "WORD"} and [each for each, _ in problems] == kind


def test_declared_encoding_counts():
    """A coding comment is followed, as Python does."""
    text, problems = decode("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"))
    assert "é" in text and problems == []


def test_null_bytes_are_left_out():
    """A file that an editor padded with null bytes still counts."""
    names, problems = run(GOOD.encode() + b"x = 1\n" + b"\0" * 300 + b"\n" + AFTER.encode())
    assert {"good", "after"} <= names and problems[0][0] == "encoding"


def test_notebook_named_py_is_read_as_its_code_cells():
    """Magics and shell lines in it do nothing."""
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!ls\n", GOOD]},
        {"cell_type": "markdown", "source": "# text"},
        {"cell_type": "code", "source": AFTER},
    ]
    names, problems = run(json.dumps({"cells": cells}))
    assert names == {"good", "after"} and problems == [("encoding", 1)]


def test_newer_syntax_is_named():
    """A function that a newer Python could read is reported with that version."""
    (problem, *_) = parse(b"def new[T](x: T) -> T:\n    return x\n").problems or [None]
    if problem is not None:  # on Python 3.11
        assert problem.kind == "newer_syntax" and "valid from Python 3.12" in problem.error


def test_endless_statement_is_interrupted():
    """A loop at import ends after its time, and what follows it exists."""
    names, problems = run(f"while True:\n    pass\n{AFTER}", statement_s=0.2)
    assert "after" in names and problems == [("time", 1)]


def test_bindings_name_every_line_that_binds():
    """A second definition, an assignment and a global in a function are all found."""
    parsed = parse(
        b"def f():\n    global g\n    g = 1\ng = 2\nimport a.b\nclass g: pass\nf = f()\n"
    )
    found = [(b.name, b.line, b.kind) for b in parsed.bindings]
    assert found == [
        ("f", 1, "def"), ("g", 4, "assignment"), ("a", 5, "import"), ("g", 6, "class"),
        ("f", 7, "assignment"), ("g", 3, "global"),
    ]  # fmt: skip


def test_future_import_keeps_its_effect_wherever_it_stands():
    """Annotations that need the future import do not fail."""
    names, problems = run("from __future__ import annotations\ndef f(x: Nowhere): pass\n")
    assert "f" in names and problems == []
    assert "good" in run(f"{GOOD}from __future__ import annotations\n")[0]


def test_problem_survives_json():
    """A problem is read back as it was; anything else is refused."""
    problem = Problem("syntax", 3, "x", 1, "SyntaxError: bad", ("f",))
    assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem
    for bad in ({}, {**problem.to_json(), "line": "x"}, {**problem.to_json(), "more": 1}):
        with pytest.raises(ValueError, match="Problem"):
            Problem.from_json(bad)


def test_whole_file_gives_the_same_module_as_python():
    """A file without an error has no problems and its statements run in order."""
    names, problems = run(f"x = []\nfor i in range(3):\n    x.append(i)\n{GOOD}y = sum(x)\n")
    assert names == {"x", "i", "good", "y"} and problems == []
