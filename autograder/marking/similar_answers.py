"""Group answers that say the same in nearly the same words, so that one decision serves many."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

ALIKE = 0.85  # share of equal words, in order, from which two answers are alike
PREFILTER = 0.6  # share of common words below which the order is not looked at
MAX_WORDS = 400  # of an answer that are compared


@dataclass(frozen=True)
class AnswerGroup:
    """Answers that are alike.

    Attributes:
        students: their ids, in order.
        identical: all of them are the same text, but for case, blanks and marks.
    """

    students: tuple[str, ...]
    identical: bool


def group_answers(answers: Mapping[str, str]) -> list[AnswerGroup]:
    """Group the answers to one question; the largest group first, and no group of one.

    Args:
        answers: student id -> text; empty ones belong to no group.
    """
    words = {student: _words(text) for student, text in answers.items()}
    same: dict[tuple[str, ...], list[str]] = {}
    for student, found in words.items():
        if found:
            same.setdefault(found, []).append(student)
    parent = {found: found for found in same}

    def root(found: tuple[str, ...]) -> tuple[str, ...]:
        while parent[found] != found:
            found = parent[found]
        return found

    ordered = sorted(same, key=len)
    sets = {found: frozenset(found) for found in ordered}
    for number, first in enumerate(ordered):
        for second in ordered[number + 1 :]:
            if len(first) < PREFILTER * len(second):
                break
            if root(first) != root(second) and _are_alike(first, second, sets):
                parent[root(first)] = root(second)
    groups: dict[tuple[str, ...], list[str]] = {}
    for found, students in same.items():
        groups.setdefault(root(found), []).extend(students)
    made = [
        AnswerGroup(tuple(sorted(students)), len({words[s] for s in students}) == 1)
        for students in groups.values()
        if len(students) > 1
    ]
    return sorted(made, key=lambda group: (-len(group.students), group.students))


def _are_alike(
    first: tuple[str, ...], second: tuple[str, ...], sets: dict[tuple[str, ...], frozenset[str]]
) -> bool:
    common = len(sets[first] & sets[second])
    if common < PREFILTER * max(len(sets[first]), len(sets[second])):
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE


def _words(text: str) -> tuple[str, ...]:
    """Return the words and numbers of an answer; a sign belongs to its number."""
    plain = text.lower().replace("\u2212", "-")
    return tuple(re.findall(r"-?\d+(?:\.\d+)?|[^\W\d_]+", plain)[:MAX_WORDS])
