"""Make the zip to hand in, with a receipt: what is in it and what is still missing.

    python -m cs231n.submit              # in the folder of the notebook

In the notebook: `from cs231n.submit import submit`, then `submit()`. Nothing is sent anywhere, and
no zip is ever overwritten.
"""

import argparse
import hashlib
import io
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cs231n import runtime
from cs231n.engine.reference_data import PATTERN

from .preflight import Handin, find_handins, module_remarks, notebook_remarks


class SubmitError(Exception):
    """There is no zip to be made; the message says where, why and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message, without a traceback that would only distract."""
        return [f"error: {self}"]


@dataclass(frozen=True)
class Receipt:
    """What was packed.

    Attributes:
        archive: the zip.
        sha256: of the zip's bytes.
        time: of this receipt, with the offset of the time zone.
        files: one line for each file in it: name and size.
        checks: one line: how many of the checks the saved file passes.
        missing: one line for each thing to look at before handing in.
        notes: what else there is to say.
    """

    archive: Path
    sha256: str
    time: str
    files: tuple[str, ...]
    checks: str
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        lines = [f"Ready to hand in: {self.archive}", f"  sha256 {self.sha256}"]
        lines += [f"  time   {self.time}", "In it:", *(f"  {line}" for line in self.files)]
        lines.append(f"Checks: {self.checks}")
        if self.missing:
            lines += ["Look at this before you hand it in:", *(f"  - {m}" for m in self.missing)]
        else:
            lines.append("Nothing is missing.")
        return "\n".join([*lines, *self.notes])


def submit(
    folder: str | Path = ".", to: str | Path | None = None, assignment: str | None = None
) -> Receipt:
    """Pack the notebook and the student's file, and say what is in the zip.

    The same contents give the same zip, byte for byte; if it is there already, it is kept.

    Args:
        folder: of the notebook.
        to: where the zip goes; None for `folder`.
        assignment: its name, if the public checks of several are in `folder`.
    Returns:
        The receipt, which is also written beside the zip, as text.
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
    checks, missing = module_remarks(folder, handin)
    missing += notebook_remarks(folder, handin, notebook, live is not None, now)
    receipt = Receipt(
        archive=archive,
        sha256=hashlib.sha256(packed).hexdigest(),
        time=str(now),
        files=tuple(f"{name:<24}{len(data):>10,} bytes" for name, data in contents.items()),
        checks=checks,
        missing=tuple(missing),
        notes=tuple(_notes(archive, earlier, runtime.offer_download(archive))),
    )
    _save(archive.with_suffix(".txt"), f"{receipt}\n".encode(), "wb")
    return receipt


def pack(contents: dict[str, bytes]) -> bytes:
    """A zip of these files; the same contents give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, data)
    return buffer.getvalue()


def _choose(folder: Path, name: str | None) -> Handin:
    """The assignment of this name, or the one that the folder is about."""
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
    """Write a zip whose name nothing has yet."""
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


def _notes(archive: Path, earlier: list[Path], downloading: bool) -> list[str]:
    notes = []
    if archive in earlier:
        notes.append("This zip was there already: neither file has changed since.")
    if others := [path for path in earlier if path != archive]:
        notes.append(f"Earlier zips that were left as they are: {len(others)}.")
    if downloading:
        notes.append("Your browser saves it to your computer.")
    elif runtime.on_colab():
        notes.append(f"To get it from Colab, right-click {archive.name} in the Files panel.")
    return notes


def main(arguments: list[str] | None = None) -> int:
    """Make the zip to hand in, and print its receipt.

    Returns:
        0 if nothing is missing, 1 if there is something to look at, 2 if there is no zip.
    """
    parser = argparse.ArgumentParser(prog="python -m cs231n.submit", description=main.__doc__)
    parser.add_argument("folder", nargs="?", default=".", help="of the notebook; else this one")
    parser.add_argument("--to", metavar="FOLDER", help="where the zip goes; else that folder")
    parser.add_argument("--assignment", metavar="NAME", help="if there are several in the folder")
    options = parser.parse_args(arguments)
    try:
        receipt = submit(options.folder, options.to, options.assignment)
    except SubmitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(receipt)
    return 1 if receipt.missing else 0
