"""Malformed submissions: each is a complete one of which a seed spoils a few parts."""

import io
import json
import os
import shutil
import socket
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from helpers.course import ASSIGNMENT

QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
MODULE = "cs231n/gan_pytorch.py"
TEXTS = (
    "\ud800", "\x00\x1b[2J\x07", "a\nb\r\nc", "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
    "x;=1+1", "[x](javascript:1)", "https://example.org", "{{ 7 * 7 }}{% raw %}", "‮\u2028é名",
    "$" * 300, "`" * 90, "%s %(x)s {0}", "'; DROP TABLE student; --", "x" * 30_000,
)  # fmt: skip
NAMES = (
    b"new\nline", b"\x1b[31mred", b"\xff\xfe", b"=1+1", b"a;=1", b"-rf", b"<b>x<b>", b"%s{0}", b"'",
    b"\xe2\x80\xae", b"con", b"x" * 250, "名前".encode(), b"a b", b"{{x}}", b"\\", b"#", b"?x=1&y",
)  # fmt: skip
TIMES = (
    b"9" * 30, b"2026-01-31 23:59:00." + b"1" * 30 + b" UTC", b"1e30", b"NaN", b"", b"\xff\x00",
    b"0001-01-01 00:00:00 UTC", b"9999-12-31 23:59:59 -14:00", b"2026-02-30 00:00:00",
    b"2026-01-31 23:59:00 Mars/Olympus", b"2026-01-31 24:61:00", b"-" * 5_000,
    b"2026-01-31 23:59:00 +99:99", b"1/2/2026 10:00", b"2026-01-31T23:59:00+01:00",
    b"Infinity", b"2026-01-31 23:59:00 ../../etc/passwd", b"10000-01-01 00:00:00 UTC",
)  # fmt: skip


def make_malformed(submitted: Path, notebook: Path, number: int, chance: Random) -> str:
    """Write a complete submission and spoil one to three parts of it.

    Args:
        submitted: the course's folder of submissions.
        notebook: the released notebook.
        number: makes the name of the student's folder unique.
        chance: decides on everything else.
    Returns:
        The name of the student's folder.
    """
    name = b"m%03d" % number
    if chance.random() < 0.3:
        name += chance.choice(NAMES)
    student = os.fsdecode(name[:255])
    folder = submitted / student / ASSIGNMENT.name
    (folder / MODULE).parent.mkdir(parents=True)
    shutil.copyfile(notebook, folder / ASSIGNMENT.notebook)
    (folder / "timestamp.txt").write_text("2026-01-31 23:59:00.000000 UTC")
    (folder / MODULE).write_bytes(chance.choice((b"all", b"none", b"discriminator")))
    for spoil in chance.sample(SPOILERS, chance.randint(1, 3)):
        with suppress(OSError, LookupError, TypeError, ValueError, AttributeError):
            spoil(folder, chance)  # an earlier one may have removed the part
    return student


def _replace(path: Path, data: bytes) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _odd_module(folder: Path, chance: Random) -> None:
    data = chance.choice(
        (
            b"", b"\x00" * 100, b"\xff\xfe" + "all".encode("utf-16-le"), b"\xef\xbb\xbfall",
            b"# -*- coding: latin-1 -*-\n\xe9 = 1", b"# coding: klingon\n", chance.randbytes(5_000),
            b"(" * 20_000, b"all\r\rnone\x0c", b"x" * (2 << 20), b"def f(:\n" * 3_000,
            b"9" * 100_000,
        )
    )  # fmt: skip
    _replace(folder / MODULE, data)


def _odd_kind_of_file(folder: Path, chance: Random) -> None:
    """Put something that is no regular file in the place of a part."""
    parts = (MODULE, ASSIGNMENT.notebook, "timestamp.txt", "submission_secret.txt")
    path = folder / chance.choice(parts)
    path.unlink(missing_ok=True)
    kind = chance.randrange(5)
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        here = Path.cwd()
        with socket.socket(socket.AF_UNIX) as made:
            os.chdir(path.parent)  # the whole path is too long for a socket
            try:
                made.bind(path.name)
            finally:
                os.chdir(here)
    elif kind == 2:
        path.symlink_to(chance.choice(("/etc/passwd", path.name, "nowhere", "/dev/zero")))
    elif kind == 3:
        path.mkdir()
    else:
        path.write_bytes(b"all")
        path.chmod(0)


def _odd_json(chance: Random) -> bytes:
    """Return bytes that are no notebook."""
    return chance.choice(
        (
            b"", b"null", b"NaN", b"[" * 50_000, b'{"a":' * 50_000, b'{"cells": {}}', b"1e999",
            b'{"cells": [' + b"9" * 6_000 + b"]}", b"[" + b"{}," * 200_000 + b"{}]", b"\x80\x81",
            "{}".encode("utf-16"), b'{"cells": [1, "\\ud800", null, [[]], {"cells": []}]}', b"{",
            b'{"cells": [], "cells": 5}', chance.randbytes(2_000),
        )
    )  # fmt: skip


def _odd_notebook(folder: Path, chance: Random) -> None:
    _replace(folder / ASSIGNMENT.notebook, _odd_json(chance))


def _odd_cells(folder: Path, chance: Random) -> None:
    """Put values of any type and any text into the cells of the notebook."""
    values = (
        None,
        True,
        -1,
        1e308,
        10**400,
        float("nan"),
        [],
        {},
        [["a"]],
        {"a": {"b": []}},
        *TEXTS,
    )
    cells = []
    for _ in range(chance.randint(1, 12)):
        name = chance.choice((*QUESTIONS, *values))
        nbgrader = chance.choice(({"grade_id": name, "points": chance.choice(values)}, *values))
        cell = {
            "cell_type": chance.choice(("code", "markdown", *values)),
            "metadata": chance.choice(({"nbgrader": nbgrader}, {"nbgrader": nbgrader}, *values)),
            "source": chance.choice((*TEXTS, *values)),
            "outputs": chance.choice(values),
        }
        cells.append(chance.choice((cell, cell, cell, *values)))
    metadata = {"autograder": {"notes": list(TEXTS)}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": chance.choice(values)}
    _replace(folder / ASSIGNMENT.notebook, json.dumps(notebook).encode())


def _odd_answers(folder: Path, chance: Random) -> None:
    """Put hostile texts into the answers."""
    path = folder / ASSIGNMENT.notebook
    if path.is_symlink() or not path.is_file():
        return
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in QUESTIONS:
            cell["source"] = "\n\n".join(chance.sample(TEXTS, 4))
    path.write_text(json.dumps(notebook))


def _odd_time(folder: Path, chance: Random) -> None:
    _replace(folder / "timestamp.txt", chance.choice(TIMES))


def _odd_secret(folder: Path, chance: Random) -> None:
    secret = chance.choice((b"", b"\xff", b"a" * 64, b"../../x", b"0" * 300, b"x\n" * 50))
    _replace(folder / "submission_secret.txt", secret)


def _odd_clock(folder: Path, chance: Random) -> None:
    """Set the time of a file to one that no calendar has."""
    seconds = chance.choice((-(2**40), 2**36, 2**52, -1))
    try:
        os.utime(folder / MODULE, (seconds, seconds))
    except (OverflowError, OSError):
        os.utime(folder / MODULE, (0, 2**33))


def _odd_names(folder: Path, chance: Random) -> None:
    """Add files and folders with names that few programs expect, also copies of the parts."""
    for name in chance.sample(NAMES, 5):
        place = os.fsencode(folder) + b"/" + name
        try:
            if chance.random() < 0.5:
                os.makedirs(place + b"/" + name)
            else:
                end = chance.choice((b"", b".py", b".ipynb", b".zip"))
                Path(os.fsdecode(place[:-6] + end)).write_bytes(_odd_json(chance))
        except OSError:
            continue  # too long
    (folder / "old").mkdir(exist_ok=True)
    _replace(folder / "old" / "gan_pytorch (1).py", b"none")


def _deep_folders(folder: Path, _: Random) -> None:
    """Nest folders; no path to the innermost one needs to exist."""
    nest_folders(folder, 150)


def nest_folders(folder: Path, depth: int) -> None:
    """Create a folder in a folder in a folder, without a path that is too long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def _many_files(folder: Path, chance: Random) -> None:
    """Add hundreds of files, some of them named as the module."""
    (folder / "many").mkdir()
    for number in range(chance.choice((300, 600))):
        name = chance.choice(("{}.txt", "gan_pytorch ({}).py", "{}.ipynb", "{}.zip"))
        (folder / "many" / name.format(number)).write_bytes(b"%d" % number)


def _odd_archive(folder: Path, chance: Random) -> None:
    """Add an archive that is damaged, lies about its contents, or holds odd members."""
    data = io.BytesIO()
    if chance.random() < 0.3:
        with tarfile.open(fileobj=data, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
            member = tarfile.TarInfo("gan_pytorch.py")
            member.pax_headers = {"mtime": chance.choice(("1e300", "nan", "9" * 30))}
            tar.addfile(member)
    else:
        with zipfile.ZipFile(data, "w") as archive:
            for name in ("../x.py", "/etc/x", "a" * 300, "cs231n/gan_pytorch.py", "x\ny", "."):
                member = zipfile.ZipInfo(name, (1980, 0, 0, 0, 0, 0))
                archive.writestr(member, chance.choice((b"all", b"", b"none" * 999)))
    raw = bytearray(data.getvalue())
    for _ in range(chance.choice((0, 1, 30))):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    _replace(folder / chance.choice(("hw.zip", "cs231n/hw.zip", "x.zip")), bytes(raw))


def _missing_part(folder: Path, chance: Random) -> None:
    path = folder / chance.choice((MODULE, ASSIGNMENT.notebook, "cs231n"))
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _no_folder(folder: Path, chance: Random) -> None:
    """Put something else in the place of the whole submission."""
    shutil.rmtree(folder)
    kind = chance.randrange(4)
    if kind == 0:
        folder.write_bytes(b"")
    elif kind == 1:
        folder.mkdir()
    elif kind == 2:
        folder.symlink_to("/etc")
    else:
        os.mkfifo(folder)


SPOILERS: list[Callable[[Path, Random], None]] = [
    _odd_module, _odd_module, _odd_kind_of_file, _odd_kind_of_file, _odd_notebook, _odd_cells,
    _odd_cells, _odd_answers, _odd_time, _odd_time, _odd_secret, _odd_clock, _odd_names, _odd_names,
    _deep_folders, _many_files, _odd_archive, _missing_part, _no_folder,
]  # fmt: skip
