"""Make the zip to hand in, with a receipt that lists its files and what is still to fix.

    python -m cs231n.submit              # in the folder of the notebook

In the notebook: `from cs231n.submit import submit`, then `submit()`. It sends nothing and never
overwrites a zip.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cs231n import runtime
from cs231n.engine.reference_data import PATTERN

from .preflight import (
    Handin,
    check_module,
    check_notebook,
    find_handins,
    first_words,
    saved_at,
)

__all__ = ["Receipt", "SubmitError", "submit"]


class SubmitError(Exception):
    """The zip cannot be made; the message says where, why and what to do."""

    def _render_traceback_(self) -> list[str]:
        """Return the message only: a notebook then shows no traceback."""
        return [f"error: {self}"]


@dataclass(frozen=True)
class Receipt:
    """The receipt of a zip: its contents, and what is still to fix.

    Attributes:
        archive: the zip.
        sha256: of the zip's bytes.
        time: of this receipt, with the offset of the time zone.
        files: one line for each file in it: name, size, and when it was saved.
        answers: one line for each question: the first words of its packed answer.
        checks: one line: how many tasks of the saved file pass their checks.
        to_fix: one line for each thing to fix before handing in.
        notes: other remarks.
    """

    archive: Path
    sha256: str
    time: str
    files: tuple[str, ...]
    answers: tuple[str, ...]
    checks: str
    to_fix: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        lines = [self.headline, f"  zip    {self.archive}", f"  sha256 {self.sha256}"]
        lines += [f"  time   {self.time}", "Contents:", *(f"  {line}" for line in self.files)]
        lines += [f"  {line}" for line in self.answers]
        lines.append(f"Checks: {self.checks}")
        if self.to_fix:
            lines += ["To fix:", *(f"  - {line}" for line in self.to_fix)]
        return "\n".join([*lines, *self.notes])

    @property
    def headline(self) -> str:
        """One line: whether the zip is ready to hand in."""
        if not self.to_fix:
            return "Ready to hand in: all checks pass and all questions are answered."
        count = len(self.to_fix)
        return f"Packed, but not ready: {count} thing{'s' * (count > 1)} to fix"


def submit(
    folder: str | Path = ".", to: str | Path | None = None, assignment: str | None = None
) -> Receipt:
    """Pack the notebook and the student's file, and return a receipt.

    The same contents make the same zip, byte for byte; an existing zip is kept.

    Args:
        folder: of the notebook.
        to: folder of the zip; None for `folder`.
        assignment: its name, needed if `folder` has the public reference data of several.
    Returns:
        The receipt, which is also written beside the zip as text.
    Raises:
        SubmitError: a file is missing or cannot be read, or the zip cannot be written.
    """
    folder, now = Path(folder).resolve(), datetime.now().astimezone().replace(microsecond=0)
    handin = _choose(folder, assignment)
    live = runtime.current_notebook()
    notebook = live or _read(folder, handin.notebook)
    contents = {handin.notebook: notebook, handin.module: _read(folder, handin.module)}
    packed = pack(contents)
    to = folder if to is None else Path(to).resolve()
    earlier = sorted(path for path in to.glob(f"{handin.name}-submission-*.zip") if path.is_file())
    archive = next((path for path in earlier if path.read_bytes() == packed), None)
    archive = archive or _write_new(to, f"{handin.name}-submission-{now:%Y-%m-%d-%H%M%S}", packed)
    checks, to_fix, notes = check_module(folder, handin, notebook)
    to_fix += check_notebook(folder, handin, notebook, live is not None)
    origins = {name: saved_at(folder / name, now) for name in contents}
    if live:
        origins[handin.notebook] = "as your browser shows it"
    receipt = Receipt(
        archive=archive,
        sha256=hashlib.sha256(packed).hexdigest(),
        time=str(now),
        files=tuple(
            f"{name:<24}{len(data):>10,} bytes, {origins[name]}" for name, data in contents.items()
        ),
        answers=tuple(first_words(handin, notebook)),
        checks=checks,
        to_fix=tuple(to_fix),
        notes=tuple(
            notes + _notes(archive, earlier, runtime.offer_download(archive), live is not None)
        ),
    )
    _save(archive.with_suffix(".txt"), f"{receipt}\n".encode(), "wb")
    return receipt


def pack(contents: dict[str, bytes]) -> bytes:
    """Return a zip of these files; the same contents make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, data)
    return buffer.getvalue()


def _choose(folder: Path, name: str | None) -> Handin:
    """Return the assignment of this name, or the only one in the folder."""
    known, damaged = find_handins(folder)
    chosen = [handin for handin in known if name in (None, handin.name)]
    if len(chosen) == 1 and (name or not damaged):
        return chosen[0]
    if damaged:
        raise SubmitError(damaged[0])
    advice = "go to the folder of the notebook"
    if known:
        names = " or ".join(handin.name for handin in known)
        advice += f", or name it: python -m cs231n.submit --assignment {names}"
    if not known and (notebooks := sorted(folder.glob("*.ipynb"))):
        advice = f"copy this file from the assignment's zip to the folder of {notebooks[0].name}"
    found = f"no assignment {name!r}" if name else f"{len(known)} of them"
    found = found if known else f"no {PATTERN}"
    raise SubmitError(f"{folder}: expected the files of one assignment; found {found}; {advice}")


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        return path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})" if path.exists() else "is not there"
    others = {*folder.glob(f"*{path.suffix}"), *path.parent.glob(f"*{path.suffix}")} - {path}
    if path.suffix == ".py":  # the package has many; a copy of the student's file begins alike
        others = {o for o in others if o.name.lower().startswith(path.stem)}
    listed = ", ".join(sorted(o.relative_to(folder).as_posix() for o in others)[:3])
    found = f" (found {listed})" if listed else ""
    raise SubmitError(
        f"{folder}: expected {name}; it {reason}{found}; put it there under this name, or go to "
        "the folder that has it, and run this again"
    )


def _write_new(to: Path, name: str, packed: bytes) -> Path:
    """Write a zip under a name that is still free."""
    number, path = 1, to / f"{name}.zip"
    while path.exists():
        number += 1
        path = to / f"{name}-{number}.zip"
    _save(path, packed, "xb")
    return path


def _save(path: Path, data: bytes, mode: str) -> None:
    try:
        with path.open(mode) as file:
            file.write(data)
    except OSError as error:
        raise SubmitError(
            f"{path}: cannot be written ({error.strerror}); make the folder writable or name "
            "another one: python -m cs231n.submit --to FOLDER"
        ) from None


def _notes(archive: Path, earlier: list[Path], downloading: bool, live: bool) -> list[str]:
    notes = []
    if not live:
        notes.append(
            "If you have changed the notebook or your file since they were saved, save them and "
            "run this again."
        )
    if archive in earlier:
        notes.append("This zip already existed: neither file has changed since.")
    if others := [path for path in earlier if path != archive]:
        notes.append(f"Earlier zips, left unchanged: {len(others)}.")
    if downloading:
        notes.append("Your browser saves it to your computer.")
    elif runtime.on_colab():
        notes.append(f"To get it from Colab, right-click {archive.name} in the Files panel.")
    return notes
