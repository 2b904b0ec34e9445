"""Look into what somebody uploaded: a folder, a zip, or zips in zips, as one bounded tree of files.

Nothing is unpacked or followed: links, absolute paths, `..`, encrypted members and special files
are refused one by one, and every size is checked before and while bytes are read.
"""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from autograder.fsutil import RefusedFile, read_file

MAX_NAMES = 20_000  # names of one submission that are looked at; a virtual environment is skipped
MAX_ARCHIVE_NAMES = 1_000_000  # names in the download of a class
MAX_NESTED = 64 * 2**20  # bytes of the zips inside a submission that are opened
MAX_FOLDERS = 60  # folders in folders; a submission has 3
MAX_UNPACKED = 256 * 2**20  # bytes of a compressed tar, which is unpacked to be listed
MAX_DEPTH = 3  # zips in zips, and 3 is one more than any platform makes
CHUNK = 2**20
ZIP_ENTRY = b"PK\x01\x02"  # begins each entry in the table of a zip
COMPRESSIONS: dict[bytes, Callable[[BinaryIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}
IGNORED_FOLDERS = frozenset(
    ["__MACOSX", "__pycache__", "site-packages", "dist-packages", "node_modules", "venv", "env"]
)
IGNORED_PREFIXES = (".", "~")  # .git, .venv, .ipynb_checkpoints, ._name of macOS, ~lock files
UNREADABLE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, ValueError, RuntimeError,
    NotImplementedError, struct.error, OverflowError, lzma.LZMAError,
)  # fmt: skip


@dataclass(frozen=True)
class TreeFile:
    """One file of an upload.

    Attributes:
        path: where it lies, a zip counting as a folder: `hw.zip/cs231n/gan_pytorch.py`.
        size: in bytes, as its folder or archive says.
        modified: time of the last change without a time zone, or None.
        read: a function that returns at most so many bytes, and raises RefusedFile for more.
    """

    path: PurePosixPath
    size: int
    modified: datetime | None
    read: Callable[[int], bytes]


@dataclass
class FileTree:
    """The files of an upload, shallow ones first.

    Attributes:
        files: those that can be read.
        refused: one line for each entry that is not read, with the reason.
        nested: bytes of the zips in it that were opened.
    """

    files: list[TreeFile] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    nested: int = 0

    def refuse(self, path: object, why: str) -> None:
        """Note an entry that is not read; the first two dozen are enough to explain."""
        if len(self.refused) < 24:
            self.refused.append(f"{path} {why}")


def is_ignored(path: PurePosixPath) -> bool:
    """Return whether a path lies in a folder of tools, or is a file that a system left there."""
    return any(part in IGNORED_FOLDERS or part.startswith(IGNORED_PREFIXES) for part in path.parts)


def read_folder(root: Path, folder: Path, max_names: int = MAX_NAMES) -> FileTree:
    """List the files of a folder, and of the zips in it, without following a link.

    Args:
        root: a trusted folder above it; no component below `root` may be a link.
        folder: the folder to list.
        max_names: names to look at, ignored folders not included.
    """
    tree, seen, waiting = FileTree(), 0, deque([folder])
    while waiting:
        current = waiting.popleft()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            tree.refuse(current.relative_to(folder), f"cannot be listed ({error.strerror})")
            continue
        for entry in entries:
            path = PurePosixPath(*Path(entry.path).relative_to(folder).parts)
            if is_ignored(path):
                continue
            seen += 1
            if seen > max_names:
                tree.refuse(
                    path, f"and all after it are not looked at: more than {max_names} names"
                )
                return tree
            if entry.is_symlink():
                tree.refuse(path, "is a link")
            elif len(path.parts) > MAX_FOLDERS:
                tree.refuse(
                    PurePosixPath(*path.parts[:3], "..."),
                    f"is not looked at: more than {MAX_FOLDERS} folders in folders",
                )
            elif entry.is_dir(follow_symlinks=False):
                if path.suffix in (".py", ".ipynb"):
                    tree.refuse(path, "is a folder, not a file")
                waiting.append(Path(entry.path))
            else:
                _add_file(tree, root, Path(entry.path), path)
    return tree


def _add_file(tree: FileTree, root: Path, place: Path, path: PurePosixPath) -> None:
    try:
        facts = os.lstat(place)
    except OSError as error:
        return tree.refuse(path, f"cannot be read ({error.strerror})")
    if not stat.S_ISREG(facts.st_mode):
        return tree.refuse(path, "is not a regular file")

    def read(limit: int) -> bytes:
        return read_file(root, place, limit)

    _add(tree, TreeFile(path, facts.st_size, _moment(facts.st_mtime), read), MAX_NAMES, 1)


def _moment(seconds: float) -> datetime | None:
    """Return a file's time without a time zone; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def read_archive(data: bytes | Path, prefix: PurePosixPath, max_names: int = MAX_NAMES) -> FileTree:
    """List the files of a zip or tar archive, and of the zips in it.

    Args:
        data: the archive, as bytes or as a trusted file.
        prefix: put before every path.
        max_names: names to look at.
    Raises:
        RefusedFile: it is not an archive that can be read; the message completes "FILE ...".
    """
    tree = FileTree()
    for member in _members(data, tree, max_names):
        _add(tree, _below(prefix, member), max_names, 1)
    tree.files.sort(key=lambda file: len(file.path.parts))
    return tree


def list_archive(data: bytes | Path, max_names: int = MAX_ARCHIVE_NAMES) -> FileTree:
    """List the members of an archive as they are, without looking into zips in it.

    Raises:
        RefusedFile: it is not an archive that can be read; the message completes "FILE ...".
    """
    tree = FileTree()
    tree.files.extend(_members(data, tree, max_names, keep_ignored=True))
    return tree


def _add(tree: FileTree, file: TreeFile, max_names: int, depth: int) -> None:
    """Add a file; of a zip, add its files as well."""
    tree.files.append(file)
    if file.path.suffix.lower() != ".zip" or depth >= MAX_DEPTH:
        return
    try:
        data, inner = file.read(MAX_NESTED - tree.nested), FileTree()
        tree.nested += len(data)
        if data[:2] != b"PK":
            raise RefusedFile("is not a zip")
        for member in _members(data, inner, max_names - len(tree.files)):
            _add(tree, _below(file.path, member), max_names, depth + 1)
        tree.refused += [f"{file.path}/{line}" for line in inner.refused]
    except RefusedFile as why:
        tree.refuse(file.path, str(why))


def _below(prefix: PurePosixPath, member: TreeFile) -> TreeFile:
    return TreeFile(prefix / member.path, member.size, member.modified, member.read)


def _members(
    data: bytes | Path, tree: FileTree, max_names: int, keep_ignored: bool = False
) -> Iterator[TreeFile]:
    """Yield the regular files of an archive; `tree` gets a line for each refused entry."""
    head = data[:4] if isinstance(data, bytes) else _head(data)
    opened = _open_zip if head[:2] == b"PK" else _open_tar
    if isinstance(data, bytes) and data.count(ZIP_ENTRY) > max_names:
        raise RefusedFile(f"has more than {max_names} names")  # before each costs memory
    try:
        members = opened(data)
    except UNREADABLE as error:
        raise RefusedFile(f"is not an archive that can be read ({_reason(error)})") from None
    seen: set[PurePosixPath] = set()
    for count, (name, size, modified, refusal, read) in enumerate(members):
        if count >= max_names:
            return tree.refuse(
                name, f"and all after it are not looked at: more than {max_names} names"
            )
        path = PurePosixPath(name)
        if not keep_ignored and is_ignored(path):
            continue
        if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0]:
            tree.refuse(repr(name)[:80], "would lie outside the folder")
        elif refusal:
            tree.refuse(path, refusal)
        elif path in seen:
            tree.refuse(path, "is in the archive twice; the first one counts")
        else:
            seen.add(path)
            yield TreeFile(path, size, modified, read)


Member = tuple[str, int, datetime | None, str, Callable[[int], bytes]]


def _open_zip(data: bytes | Path) -> list[Member]:
    archive = zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
    found: list[Member] = []
    for info in archive.infolist():
        if info.is_dir():
            continue
        mode = info.external_attr >> 16
        refusal = "is a link" if stat.S_ISLNK(mode) else ""
        if info.flag_bits & 1:
            refusal = "is encrypted"
        found.append(
            (_zip_name(info), info.file_size, _zip_time(info), refusal, _zip_reader(archive, info))
        )
    return found


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; without the flag for UTF-8 it may be UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time) if info.date_time[0] > 1980 else None
    except ValueError:
        return None


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if info.file_size > limit:
            raise RefusedFile(_too_large(info.file_size, limit))
        try:
            with archive.open(info) as file:
                return _read_bounded(file, limit)
        except UNREADABLE as error:
            raise RefusedFile(f"cannot be read ({_reason(error)})") from None

    return read


def _open_tar(data: bytes | Path) -> list[Member]:
    if isinstance(data, bytes):
        unpack = COMPRESSIONS.get(data[:2])
        if unpack is not None:  # within a bound: a small file may unpack to terabytes
            with unpack(io.BytesIO(data)) as stream:
                data = _read_bounded(stream, MAX_UNPACKED)
        archive = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115
    else:
        archive = tarfile.open(data)  # noqa: SIM115  # stays open for the reading of members
    found: list[Member] = []
    for info in archive:
        if info.isdir():
            continue
        refusal = (
            ""
            if info.isreg()
            else "is a link"
            if info.issym() or info.islnk()
            else "is not a regular file"
        )
        reader = _tar_reader(archive, info)
        found.append((info.name, info.size, _moment(info.mtime), refusal, reader))
        if len(found) > MAX_ARCHIVE_NAMES:
            break
    return found


def _tar_reader(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if info.size > limit:
            raise RefusedFile(_too_large(info.size, limit))
        try:
            file = archive.extractfile(info)
            if file is None:
                raise RefusedFile("is not a regular file")
            with file:
                return _read_bounded(file, limit)
        except UNREADABLE as error:
            raise RefusedFile(f"cannot be read ({_reason(error)})") from None

    return read


def _read_bounded(file: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    """Read a stream whose declared size may be a lie."""
    parts, total = [], 0
    while piece := file.read(min(CHUNK, limit + 1 - total)):
        parts.append(piece)
        total += len(piece)
        if total > limit:
            raise RefusedFile(_too_large(total, limit))
    return b"".join(parts)


def _too_large(size: int, limit: int) -> str:
    return f"has {size / 2**20:.1f} MiB, more than {limit / 2**20:g} MiB"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise RefusedFile(f"cannot be read ({error.strerror})") from None


def _reason(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:100]
