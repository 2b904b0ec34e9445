"""Read files that students made without risk, and write files whole or not at all."""

import io
import os
import secrets
import stat
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path


class RefusedFile(Exception):
    """A path that must not be read; the message completes a sentence that begins with its name."""


def check_path(root: Path, path: Path) -> os.stat_result:
    """Return the lstat of a path below `root`.

    Raises:
        RefusedFile: a component of the path is missing or is a link.
    """
    at = root
    for part in path.relative_to(root).parts:
        at = at / part
        try:
            status = os.lstat(at)
        except (OSError, ValueError):
            raise RefusedFile(f"{part} is missing") from None
        if stat.S_ISLNK(status.st_mode):
            raise RefusedFile("is a link" if at == path else f"lies behind a link ({part})")
    return status


def read_file(root: Path, path: Path, limit: int) -> bytes:
    """Read a regular file once, without following a link below `root`.

    Args:
        root: a folder that is trusted.
        path: below `root`.
        limit: most bytes.
    Raises:
        RefusedFile: missing, a link, a folder, a pipe, not readable, or more than `limit` bytes.
    """
    status = check_path(root, path)
    if stat.S_ISDIR(status.st_mode):
        raise RefusedFile("is a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile("is not a regular file")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            opened = os.fstat(file.fileno())
            if (opened.st_ino, opened.st_dev) != (status.st_ino, status.st_dev):
                raise RefusedFile("changed while it was read")
            if opened.st_size > limit or len(data := file.read(limit + 1)) > limit:
                size = f"{opened.st_size / 2**20:.1f} MiB"
                raise RefusedFile(f"has {size}, more than {limit // 2**20} MiB")
    except OSError as error:
        raise RefusedFile(f"cannot be read ({error.strerror})") from None
    return data


def atomic_write(
    path: Path, data: bytes | str, *, durable: bool = False, mode: int = 0o666
) -> None:
    """Replace a file: a reader finds the old content or the new one, never a part.

    Args:
        path: the file; its folder exists.
        data: text is written as UTF-8, with its line ends unchanged.
        durable: return only after the content is on disk.
        mode: permissions, less the process's umask.
    Raises:
        OSError: the file cannot be written; the old one is unchanged.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(part, flags, mode), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_zip(
    files: Mapping[str, Path | bytes], path: Path, programs: Collection[str] = ()
) -> None:
    """Write a zip atomically; the same files produce the same bytes.

    Args:
        files: path inside -> file or content, in the order of the zip.
        path: the zip.
        programs: the paths inside that are executable after unpacking.
    Raises:
        OSError: a file cannot be read, or the zip cannot be written.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for inside, file in files.items():
            entry = zipfile.ZipInfo(inside, (1980, 1, 1, 0, 0, 0))
            rights = 0o755 if inside in programs else 0o644
            entry.external_attr, entry.create_system = (stat.S_IFREG | rights) << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = file.read_bytes() if isinstance(file, Path) else file
            archive.writestr(entry, content, compresslevel=9)
    atomic_write(path, buffer.getvalue())
