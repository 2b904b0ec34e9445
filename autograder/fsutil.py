"""Reading files that somebody else made: regular files only, no link followed, sizes bounded."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

MAX_LOOK = 2000  # names looked at in a search


class RefusedFile(Exception):
    """A path that is not read; the message says why."""


def check_path(root: Path, path: Path) -> os.stat_result:
    """lstat every component below `root`; refuse a link anywhere."""
    at = root
    for part in path.relative_to(root).parts:
        at = at / part
        try:
            facts = os.lstat(at)
        except (OSError, ValueError):
            raise RefusedFile(f"{part} is missing") from None
        if stat.S_ISLNK(facts.st_mode):
            where = "is a link" if at == path else f"lies behind a link ({part})"
            raise RefusedFile(where)
    return facts


def read_file(root: Path, path: Path, limit: int) -> bytes:
    """Read a regular file once, following no link below `root`.

    Raises:
        RefusedFile: missing, a link, a folder, a pipe, not readable, or more than `limit` bytes.
    """
    facts = check_path(root, path)
    if stat.S_ISDIR(facts.st_mode):
        raise RefusedFile("is a folder, not a file")
    if not stat.S_ISREG(facts.st_mode):
        raise RefusedFile("is not a regular file")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            now = os.fstat(file.fileno())
            if (now.st_ino, now.st_dev) != (facts.st_ino, facts.st_dev):
                raise RefusedFile("changed while it was read")
            if now.st_size > limit or len(data := file.read(limit + 1)) > limit:
                size = f"{now.st_size / 2**20:.1f} MiB"
                raise RefusedFile(f"has {size}, more than {limit // 2**20} MiB")
    except OSError as error:
        raise RefusedFile(f"cannot be read ({error.strerror})") from None
    return data


def look_for(folder: Path, test: Callable[[str], bool]) -> list[Path]:
    """Files below `folder` whose name passes; never follows a link, stops after MAX_LOOK names."""
    found, seen = [], 0
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [(Path(at) / name).relative_to(folder) for name in sorted(names) if test(name)]
        seen += len(names) + len(folders)
        if seen > MAX_LOOK:
            break
    return found


def atomic_write(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader finds the old content or the new one, never a part.

    Args:
        path: the file; its folder must exist.
        content: its content; text is encoded as UTF-8, with its line ends as they are.
    Raises:
        OSError: the folder is missing or cannot be written to.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
