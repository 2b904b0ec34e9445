"""Compose pairs of known mistakes of one task, and count for how many a check explains both.

Both files change the solution's function. Their changes are combined token by token, like a merge
of two branches. Pairs whose changes overlap are left out, because they are one mistake.
"""

import ast
import io
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from autograder.config import Assignment
from autograder.grading.reference_data import reference_data_of

from .matrix import judge_known_solution, text_of
from .mistakes import KnownSolution, load_known_solutions

# Findings on a function that returns nothing to judge.
HIDING = {"none_returned", "not_a_network", "not_a_tensor", "not_attempted", "not_a_scalar"}
STOPS = "Your network stops at"
MOST = 400  # pairs that are judged, spread evenly over all
Progress = Callable[[int, int, str], None]
Edit = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True)
class Pair:
    """Two mistakes in one function.

    Attributes:
        first, second: the mistakes.
        task: that both spoil.
        source: the student's file with both.
    """

    first: KnownSolution
    second: KnownSolution
    task: str
    source: bytes


@dataclass(frozen=True)
class PairResult:
    """What a check says about a pair.

    Attributes:
        pair: that was judged.
        lacking: words of both mistakes that the check does not contain.
        hidden: one mistake hides the other, because the function returns nothing that could be
            judged, or the network stops before it reaches the other.
    """

    pair: Pair
    lacking: tuple[str, ...]
    hidden: bool


def compose_pairs(assignment: Assignment) -> list[Pair]:
    """Return all pairs whose changes can be combined, sorted by name."""
    solution = assignment.solution.read_bytes()
    base = _definitions(solution)
    edits: dict[str, list[tuple[KnownSolution, list[Edit]]]] = defaultdict(list)
    for known in load_known_solutions(assignment, "mistakes"):
        if not known.explains or not known.source.startswith(solution):
            continue
        body = ast.parse(known.source[len(solution) :]).body[1:]
        if len(body) != 1 or getattr(body[0], "name", None) not in base:
            continue
        name = body[0].name
        if name in known.loses:
            edits[name].append((known, _edits(base[name], _tokens(body[0]))))
    pairs = []
    for task, changes in edits.items():
        for (first, one), (second, other) in combinations(changes, 2):
            merged = _merge(base[task], one, other)
            if merged is not None:
                source = solution + b"\n\n" + merged.encode()
                pairs.append(Pair(first, second, task, source))
    return pairs


def judge_pairs(
    assignment: Assignment,
    progress: Progress = lambda done, total, name: None,
    most: int = MOST,
) -> list[PairResult]:
    """Judge pairs on the public cases, in this process.

    Args:
        assignment: whose mistakes are paired.
        progress: called with (pairs done, all pairs, name of the next).
        most: pairs to judge, spread evenly over all.
    """
    public, _ = reference_data_of(assignment)
    pairs = compose_pairs(assignment)
    pairs = [pairs[at * len(pairs) // most] for at in range(most)] if len(pairs) > most else pairs
    results = []
    for number, pair in enumerate(pairs):
        progress(number, len(pairs), pair.first.name)
        known = KnownSolution("pair", "", {}, (), pair.source)
        verdict = judge_known_solution(assignment, known, [pair.task], public)[pair.task]
        text, words = text_of(verdict), (*pair.first.explains, *pair.second.explains)
        lacking = tuple(word for word in words if word not in text)
        hidden = any(finding.code in HIDING for finding in verdict.findings)
        hidden = hidden or (bool(lacking) and STOPS in text)
        results.append(PairResult(pair, lacking, hidden))
    return results


def pairs_to_text(results: Sequence[PairResult]) -> str:
    """Return a line for each pair of which one mistake is not explained, then the total."""
    open_results = [result for result in results if not result.hidden]
    lines = [
        f"{r.pair.first.name} + {r.pair.second.name}: lacks {'; '.join(r.lacking)}"
        for r in open_results
        if r.lacking
    ]
    named, total = len(open_results) - len(lines), len(open_results)
    share = 100 * named / max(1, total)
    hidden = f"in {len(results) - total} more, one mistake hides the other"
    return "\n".join([*lines, f"{named} of {total} pairs ({share:.1f}%) explain both; {hidden}"])


def _definitions(source: bytes) -> dict[str, list[str]]:
    kinds = ast.FunctionDef | ast.ClassDef
    return {n.name: _tokens(n) for n in ast.parse(source).body if isinstance(n, kinds)}


def _tokens(node: ast.AST) -> list[str]:
    """Return the tokens of a definition without its docstring, each after its white space."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
        node.body = node.body[1:] or [ast.Pass()]
    text = ast.unparse(node) + "\n"
    lines = text.splitlines(keepends=True)
    tokens, row, column = [], 1, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        (start_row, start), (row_end, column_end) = token.start, token.end
        gap = lines[start_row - 1][column if start_row == row else 0 : start]
        tokens.append(gap + token.string)
        row, column = (row_end, column_end) if token.type != tokenize.NEWLINE else (row_end + 1, 0)
    return tokens


def _edits(base: Sequence[str], changed: Sequence[str]) -> list[Edit]:
    matcher = SequenceMatcher(None, base, changed, autojunk=False)
    return [
        (a, b, tuple(changed[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    ]


def _merge(base: Sequence[str], one: Iterable[Edit], other: Iterable[Edit]) -> str | None:
    """Return the text with both sets of edits; None if they overlap or it is not Python.

    Edits that both make are matters of style, such as a name for the result.
    """
    edits = sorted({*one, *other})
    if len(edits) in (len({*one}), len({*other})):
        return None  # one of them is a part of the other
    for early, late in pairwise(edits):
        if late[0] < early[1] or late[0] == early[0]:
            return None
    text = "".join(_applied(base, edits))
    try:
        compile(text, "<pair>", "exec")
    except SyntaxError:
        return None
    return text


def _applied(base: Sequence[str], edits: Sequence[Edit]) -> Iterator[str]:
    at = 0
    for start, stop, tokens in edits:
        yield from base[at:start]
        yield from tokens
        at = stop
    yield from base[at:]
