"""Find submissions that are suspiciously similar: a reason to look, never a verdict or a mark.

The method is winnowing (Schleimer, Wilkerson and Aiken 2003), with the lexer of copydetect. It
removes names, strings and comments, hashes every stretch of SPAN characters, and keeps a few hashes
of each window. Hashes that also occur in the released file, in the reference solution or in much of
the class are ignored, because the assignment's text asks for such code. The remaining hashes
describe how one student wrote the code. Functions are hashed one at a time, so that their order
does not matter. No code is executed or parsed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from copydetect.utils import filter_code, winnow

from autograder.errors import contain_failure

SPAN, WINDOW = 20, 5  # characters of filtered code: any 24 copied characters share a hash
MIN_HASHES = 60  # of its own that a file needs; with fewer, chance looks like copying
COMMON = 0.1  # hashes in more than this part of the class are ignored; at least 6, at most 100
THRESHOLD = 0.8  # chosen with `python -m benchmarks.similarity` (docs/similarity.md)
MAX_BYTES = 32 * 1024  # a solution has 10 KB
MAX_LINE = 400  # characters; the lexer takes a minute for some longer lines
FUNCTION = re.compile(r"^(?=(?:async +)?def |class )", re.MULTILINE)
SPACE = re.compile(r"\s+")  # ignored; the lexer takes a minute for some long runs
NAME = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True)
class SimilarGroup:
    """Submissions that share more code than chance explains.

    Attributes:
        students: their ids; two, or more if several students submitted the same text.
        share: the fraction of the smaller file's own hashes that the other one contains, in [0, 1].
        functions: the functions of the first file that contain them, the most similar first.
    """

    students: tuple[str, ...]
    share: float
    functions: tuple[str, ...]


@dataclass(frozen=True)
class SimilarityReport:
    """The result of comparing a class.

    Attributes:
        groups: similar submissions, the most similar first.
        compared: how many submissions had enough code of their own.
        left_out: how many did not, or were too large.
    """

    groups: tuple[SimilarGroup, ...]
    compared: int
    left_out: int


def compare(
    sources: Mapping[str, bytes], known: Sequence[bytes], threshold: float = THRESHOLD
) -> SimilarityReport:
    """Find submissions that are suspiciously similar.

    Args:
        sources: student id -> submitted module; any bytes, Python or not.
        known: texts whose code is ignored: the released file, the reference solution.
        threshold: the share from which a pair is listed.
    """
    base = np.concatenate([np.zeros(0, np.int64), *(_hashes(text)[0] for text in known)])
    students_by_hashes: dict[bytes, list[str]] = {}  # own hashes -> students
    own: dict[bytes, tuple[np.ndarray, list[str]]] = {}
    for student, source in sorted(sources.items()):
        if len(source) > MAX_BYTES:
            continue
        hashes, functions = np.zeros(0, np.int64), list[str]()
        with contain_failure(lambda reason: None):  # counts as left out
            hashes, functions = _hashes(source)
        own_hashes = ~np.isin(hashes, base)
        key = hashes[own_hashes].tobytes()
        students_by_hashes.setdefault(key, []).append(student)
        names = [functions[i] for i in np.flatnonzero(own_hashes)]
        own.setdefault(key, (hashes[own_hashes], names))
    own = {key: found for key, found in own.items() if len(found[0]) >= MIN_HASHES}
    files = [(students_by_hashes[key], *found) for key, found in own.items()]
    groups_found = [
        SimilarGroup(tuple(students), 1.0, _by_frequency(names))
        for students, _, names in files
        if len(students) > 1
    ]
    groups_found += _similar_pairs(files, threshold)
    compared = sum(len(students) for students, _, _ in files)
    order = sorted(groups_found, key=lambda g: (-g.share, -len(g.students), g.students))
    return SimilarityReport(tuple(order), compared, len(sources) - compared)


def _hashes(source: bytes) -> tuple[np.ndarray, list[str]]:
    """Return the unique hashes of a file, sorted, and the function in which each occurs first."""
    hashes, names = [np.zeros(0, np.int64)], []
    for part in FUNCTION.split(source.decode("utf-8", "replace").replace("\0", " ")):
        code, _ = filter_code(normalise_lines(part), "file.py", "python")
        found = np.unique(_winnowed(code))
        name = NAME.match(part)
        hashes.append(found)
        names += [name.group(1) if name else "outside functions"] * len(found)
    unique, first = np.unique(np.concatenate(hashes), return_index=True)
    return unique, [names[i] for i in first]


def normalise_lines(text: str) -> str:
    """Return a text with single spaces and short lines, which the lexer reads quickly."""
    squeezed = SPACE.sub(lambda run: "\n" if "\n" in run.group() else " ", text)
    return "\n".join(line[:MAX_LINE] for line in squeezed.split("\n"))


def _winnowed(code: str) -> np.ndarray:
    """Return the hashes of a filtered text. Those of copydetect differ from run to run."""
    letters = np.frombuffer(code.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = len(letters) - SPAN + 1
    if count < 1:
        return np.zeros(0, np.int64)
    total = np.zeros(count, np.uint64)
    for step in range(SPAN):  # for all stretches at once
        total = total * np.uint64(1_099_511_628_211) + letters[step : step + count]
    mixed = ((total ^ (total >> np.uint64(31))) * MIX) >> np.uint64(12)
    return winnow(mixed.astype(np.int64), WINDOW)[0]


def _similar_pairs(
    files: list[tuple[list[str], np.ndarray, list[str]]], threshold: float
) -> list[SimilarGroup]:
    """Return the pairs of different texts above the threshold, from an index hash -> files."""
    if len(files) < 2:
        return []
    most = min(100, max(6, int(COMMON * len(files))))
    owners = np.repeat(np.arange(len(files)), [len(h) for _, h, _ in files])
    every = np.concatenate([h for _, h, _ in files])
    order = np.argsort(every, kind="stable")
    _, start, count = np.unique(every[order], return_index=True, return_counts=True)
    rare = np.concatenate([owners[order][start[count == n][:, None] + np.arange(n)].ravel()
                           for n in range(1, most + 1)])  # fmt: skip
    sizes = np.bincount(rare, minlength=len(files))
    together = [np.zeros(0, np.int64)]
    for n in range(2, most + 1):
        holders = owners[order][start[count == n][:, None] + np.arange(n)]  # (hashes, n), ascending
        left, right = np.triu_indices(n, 1)
        together.append((holders[:, left] * len(files) + holders[:, right]).ravel())
    codes, shared = np.unique(np.concatenate(together), return_counts=True)
    a, b = codes // len(files), codes % len(files)
    smaller = np.minimum(sizes[a], sizes[b])
    chosen = np.flatnonzero((smaller >= MIN_HASHES) & (shared >= threshold * smaller))
    return [_pair(files[a[i]], files[b[i]], shared[i] / smaller[i]) for i in chosen]


def _pair(first, second, share: float) -> SimilarGroup:
    (students, hashes, names), (others, other_hashes, _) = first, second
    common = np.flatnonzero(np.isin(hashes, other_hashes))
    functions = _by_frequency([names[i] for i in common])
    return SimilarGroup((students[0], others[0]), round(float(share), 3), functions)


def _by_frequency(names: list[str]) -> tuple[str, ...]:
    """Return unique names, the most frequent first."""
    return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))
