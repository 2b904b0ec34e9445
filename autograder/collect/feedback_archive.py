"""Pack feedback pages under the names that a learning platform needs to hand them to its students.

Moodle matches by the number in the folder's name. Canvas matches by user id and attachment id, and
shows the feedback under the name of the *student's* file, so the feedback takes the type of that
file: a page inside a zip for a zip, a notebook for a notebook, comments for a Python file.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .platforms import CANVAS

TIME = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same pages give the same zip
MOODLE_FOLDER = re.compile(r"^(?:.*/)?(?P<folder>[^/_]+_\d+_assignsubmission_[a-z0-9]+)")


@dataclass(frozen=True)
class Page:
    """The feedback of one student: paths of the HTML page and of the same as Markdown."""

    html: Path
    markdown: Path


@dataclass(frozen=True)
class Packed:
    """A zip of feedback.

    Attributes:
        data: the zip.
        students: whose feedback is in it.
        problems: a line for each student whose feedback cannot go back this way.
    """

    data: bytes
    students: tuple[str, ...]
    problems: tuple[str, ...]


def pack_feedback(platform: str, pages: Mapping[str, Page], origins: Mapping[str, dict]) -> Packed:
    """Pack the feedback of a class for one platform.

    Args:
        platform: "moodle" or "canvas".
        pages: student id -> feedback.
        origins: student id -> where the submission came from, see `collect.origins`.
    """
    name_and_pack = PACKERS[platform]
    members: dict[str, bytes] = {}
    students, problems = [], []
    for student, page in sorted(pages.items()):
        origin = origins.get(student)
        if origin is None:
            problems.append(f"{student}: not imported with `collect`; hand this page back by hand")
        elif origin["platform"] != platform:
            problems.append(f"{student}: imported from {origin['platform']}, not from {platform}")
        else:
            found = name_and_pack(page, list(origin["members"].values()))
            if isinstance(found, str):
                problems.append(f"{student}: {found}")
            else:
                members |= found
                students.append(student)
    return Packed(_zip(members), tuple(students), tuple(problems))


def _moodle(page: Page, members: list[str]) -> dict[str, bytes] | str:
    folders = [found["folder"] for member in members if (found := MOODLE_FOLDER.match(member))]
    if not folders:
        return "the download has no folder with a participant's number for this student"
    return {f"{folders[0]}/{page.html.stem}-feedback.html": page.html.read_bytes()}


def _canvas(page: Page, members: list[str]) -> dict[str, bytes] | str:
    """Take the first attachment whose type can carry the feedback."""
    names = [PurePosixPath(member).name for member in members]
    usable = [
        (list(FORMATS).index(PurePosixPath(name).suffix.lower()), name)
        for name in names
        if PurePosixPath(name).suffix.lower() in FORMATS
        and CANVAS.match(name)
        and not name.rsplit("_", 1)[-1].startswith("link")  # Canvas ignores such a file
    ]
    if not usable:
        kinds = ", ".join(FORMATS)
        return f"Canvas takes feedback only under the name of an attached {kinds} file; none found"
    name = min(usable)[1]
    return {name: FORMATS[PurePosixPath(name).suffix.lower()](page)}


def _as_zip(page: Page) -> bytes:
    return _zip({"feedback.html": page.html.read_bytes()})


def _as_notebook(page: Page) -> bytes:
    text = page.markdown.read_text("utf-8")
    cell = {"cell_type": "markdown", "id": "feedback", "metadata": {}, "source": text}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False).encode()


def _as_python(page: Page) -> bytes:
    lines = page.markdown.read_text("utf-8").splitlines()
    return "".join(f"# {line}".rstrip() + "\n" for line in lines).encode()


FORMATS: dict[str, Callable[[Page], bytes]] = {  # the best first
    ".zip": _as_zip,
    ".html": lambda page: page.html.read_bytes(),
    ".md": lambda page: page.markdown.read_bytes(),
    ".txt": lambda page: page.markdown.read_bytes(),
    ".ipynb": _as_notebook,
    ".py": _as_python,
}
PACKERS: dict[str, Callable[[Page, list[str]], dict[str, bytes] | str]] = {
    "moodle": _moodle,
    "canvas": _canvas,
}


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name, TIME)
            info.external_attr, info.create_system = 0o100644 << 16, 3
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
