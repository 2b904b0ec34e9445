"""Which submissions are suspiciously alike: a hint to look, never a verdict, and no mark.

Winnowing (Schleimer, Wilkerson and Aiken 2003) by copydetect: names, texts and comments are taken
away, every stretch of SPAN characters is hashed, and a few hashes of each window are kept. Hashes
that the released file or the reference solution has too are subtracted, then those that much of the
class has: that is what the text asks for. What is left is the way in which somebody wrote it. Each
function is looked at alone, so that their order does not matter. No code is executed or parsed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from copydetect.utils import filter_code, winnow

SPAN, WINDOW = 20, 5  # characters of filtered code: any 24 that are copied share a hash
OWN = 60  # hashes that a file must have of its own: with fewer, chance looks like copying
COMMON = 0.1  # what more than this part of the class has is no sign; at least 6 files, at most 100
THRESHOLD = 0.8  # found by `python -m benchmarks.similarity`
LARGEST = 32 * 1024  # bytes; a solution has 10 KB
LONGEST = (
    400  # characters of a line that are looked at: the lexer takes a minute for some long ones
)
FUNCTION = re.compile(r"^(?=(?:async +)?def |class )", re.MULTILINE)
SPACE = re.compile(r"\s+")  # counts for nothing, and long runs of it take the lexer a minute too
NAME = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True)
class Alike:
    """Submissions that share more than chance explains.

    Attributes:
        students: whose; two, or more where several handed in the same text.
        share: of the smaller one's own hashes, the part that the other has too, in [0, 1].
        functions: in which of the first one's functions they lie, the most alike first.
    """

    students: tuple[str, ...]
    share: float
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """What a comparison found.

    Attributes:
        alike: the most alike first.
        compared: how many submissions had enough of their own to be compared.
        left_out: how many had not, or were too large.
    """

    alike: tuple[Alike, ...]
    compared: int
    left_out: int


def compare(
    sources: Mapping[str, bytes], known: Sequence[bytes], threshold: float = THRESHOLD
) -> Likeness:
    """Find submissions that are suspiciously alike.

    Args:
        sources: student -> module as handed in; anything at all, Python or not.
        known: texts whose likeness is no sign: the released file, the reference solution.
        threshold: the share from which a pair is named.
    """
    base = np.concatenate([np.zeros(0, np.int64), *(_hashes(text)[0] for text in known)])
    groups: dict[bytes, list[str]] = {}  # the same but for names, comments, order -> students
    own: dict[bytes, tuple[np.ndarray, list[str]]] = {}
    for student, source in sorted(sources.items()):
        if len(source) > LARGEST:
            continue
        hashes, functions = _hashes(source)
        mine = ~np.isin(hashes, base)
        key = hashes[mine].tobytes()
        groups.setdefault(key, []).append(student)
        own.setdefault(key, (hashes[mine], [functions[i] for i in np.flatnonzero(mine)]))
    own = {key: found for key, found in own.items() if len(found[0]) >= OWN}
    files = [(groups[key], *found) for key, found in own.items()]
    alike = [Alike(tuple(who), 1.0, _most(names)) for who, _, names in files if len(who) > 1]
    alike += _pairs(files, threshold)
    compared = sum(len(who) for who, _, _ in files)
    order = sorted(alike, key=lambda a: (-a.share, -len(a.students), a.students))
    return Likeness(tuple(order), compared, len(sources) - compared)


def _hashes(source: bytes) -> tuple[np.ndarray, list[str]]:
    """The hashes of a file, sorted and each once, and the function in which each lies first."""
    hashes, names = [np.zeros(0, np.int64)], []
    for part in FUNCTION.split(source.decode("utf-8", "replace").replace("\0", " ")):
        code, _ = filter_code(plain(part), "file.py", "python")
        found = np.unique(_winnowed(code))
        name = NAME.match(part)
        hashes.append(found)
        names += [name.group(1) if name else "outside functions"] * len(found)
    all_of_them, first = np.unique(np.concatenate(hashes), return_index=True)
    return all_of_them, [names[i] for i in first]


def plain(text: str) -> str:
    """A text that the lexer is quick with: single spaces, short lines."""
    squeezed = SPACE.sub(lambda run: "\n" if "\n" in run.group() else " ", text)
    return "\n".join(line[:LONGEST] for line in squeezed.split("\n"))


def _winnowed(code: str) -> np.ndarray:
    """Hashes of a filtered text. Ours, because the library's differ from one run to the next."""
    letters = np.frombuffer(code.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = len(letters) - SPAN + 1
    if count < 1:
        return np.zeros(0, np.int64)
    total = np.zeros(count, np.uint64)
    for step in range(SPAN):  # of all stretches at once
        total = total * np.uint64(1_099_511_628_211) + letters[step : step + count]
    mixed = ((total ^ (total >> np.uint64(31))) * MIX) >> np.uint64(12)
    return winnow(mixed.astype(np.int64), WINDOW)[0]


def _pairs(files: list[tuple[list[str], np.ndarray, list[str]]], threshold: float) -> list[Alike]:
    """Pairs of different texts beyond the threshold, by an index of who has which hash."""
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
        who = owners[order][start[count == n][:, None] + np.arange(n)]  # (hashes, n), ascending
        left, right = np.triu_indices(n, 1)
        together.append((who[:, left] * len(files) + who[:, right]).ravel())
    codes, shared = np.unique(np.concatenate(together), return_counts=True)
    a, b = codes // len(files), codes % len(files)
    smaller = np.minimum(sizes[a], sizes[b])
    chosen = np.flatnonzero((smaller >= OWN) & (shared >= threshold * smaller))
    return [_pair(files[a[i]], files[b[i]], shared[i] / smaller[i]) for i in chosen]


def _pair(one, other, share: float) -> Alike:
    (who, hashes, names), (whose, theirs, _) = one, other
    both = np.flatnonzero(np.isin(hashes, theirs))
    return Alike((who[0], whose[0]), round(float(share), 3), _most([names[i] for i in both]))


def _most(names: list[str]) -> tuple[str, ...]:
    """Names, each once, the most frequent first."""
    return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))
