"""Find the student's module in an upload by its name, wherever it lies.

One rule for `grade`, `collect` and Gradescope: the file in its place counts; else the only copy
that the student changed. If two changed copies differ, the submission is refused.
"""

import re
from dataclasses import dataclass

from autograder.config import Assignment
from autograder.fsutil import RefusedFile

from .file_tree import FileTree, TreeFile

MAX_MODULE = 2**20  # bytes; a solution has 10 KB
SHOWN = 3  # names in a line


@dataclass(frozen=True)
class Located:
    """The module of a submission.

    Attributes:
        source: its bytes, or None.
        path: where it was found, or None.
        notes: lines on what was found where. Students read them.
        refused: the line that says why there is no source, else None.
    """

    source: bytes | None
    path: str | None
    notes: tuple[str, ...] = ()
    refused: str | None = None


def locate_module(tree: FileTree, assignment: Assignment, stub: bytes) -> Located:
    """Find the module that a student wrote.

    Args:
        tree: the files of the submission.
        assignment: names the module.
        stub: the module as it was released: an unchanged copy never counts as the student's file.
    """
    wanted = f"{assignment.package}/{assignment.module}.py"
    candidates, notes = [], []
    for file in tree.files:
        if is_named(file, assignment.module):
            try:
                candidates.append((file.path.as_posix(), file.read(MAX_MODULE)))
            except RefusedFile as why:
                notes.append(f"{file.path} {why}")
    inside = (f"{assignment.package} ", f"{assignment.package}/", f"{assignment.module}.py")
    unreadable = [line for line in (*tree.refused, *notes) if line.startswith(inside)]
    written = {
        path: data for path, data in candidates if data.strip() and _normal(data) != _normal(stub)
    }
    if wanted in written:
        return _chosen(written, wanted, unreadable)
    contents = {_normal(data) for data in written.values()}
    if len(contents) == 1:
        path = next(iter(written))
        note = f"{path} is graded; it was not in its place, {wanted}"
        return Located(written[path], path, (note, *unreadable))
    if written:
        names = ", ".join(list(written)[:SHOWN])
        return _refusal(
            f"expected one {assignment.module}.py, found {len(contents)} that differ ({names}); "
            "submit only one",
            unreadable,
        )
    untouched = [(path, data) for path, data in candidates if data.strip()]
    if untouched:
        path, data = min(untouched, key=lambda item: item[0] != wanted)
        return Located(data, path, tuple(unreadable))
    if candidates:
        return _refusal(f"{candidates[0][0]} is empty; submit the file again", unreadable)
    found = unreadable[0] if unreadable else f"no file named {assignment.module}.py"
    near = [f.path.as_posix() for f in tree.files if assignment.module in f.path.name.casefold()]
    if near and not unreadable:
        found += f" (found {', '.join(near[:SHOWN])})"
    return _refusal(f"{found}; submit the file again", unreadable[1:])


def is_named(file: TreeFile, module: str) -> bool:
    """Return whether a file's name is that of the module, give or take what systems add to it.

    `gan_pytorch (1).py`, `gan_pytorch-2.py`, `Copy of gan_pytorch.py`, `gan_pytorch.py.txt`.
    """
    added = r"(?:[ _.-]*(?:\(?\d{1,3}\)?|copy|kopie|copie|final|v\d{1,3}|new))*"
    name = re.escape(module).replace("_", "[_ -]")
    pattern = rf"(?:copy of |kopie von )?{name}{added}\.py(?:\.txt)?"
    return re.fullmatch(pattern, file.path.name, re.IGNORECASE) is not None


def _chosen(written: dict[str, bytes], wanted: str, notes: list[str]) -> Located:
    others = [path for path in written if _normal(written[path]) != _normal(written[wanted])]
    if others:
        notes = [
            f"also found {', '.join(others[:SHOWN])}, which differs; {wanted} is graded",
            *notes,
        ]
    return Located(written[wanted], wanted, tuple(notes))


def _refusal(line: str, notes: list[str]) -> Located:
    return Located(None, None, (line, *notes), line)


def _normal(data: bytes) -> bytes:
    """Return a file without what editors and systems change on their own."""
    lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    return b"\n".join(line.rstrip() for line in lines).strip()
