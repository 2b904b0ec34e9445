"""Zips that are the same bytes whenever their files are."""

import os
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path


def write_archive(files: Mapping[str, Path], archive: Path, programs: Collection[str] = ()) -> None:
    """Write a zip, whole or not at all.

    Args:
        files: path inside -> file, in the order of the zip.
        programs: those of the paths inside that can be executed once they are unpacked.
    Raises:
        OSError: a file cannot be read, or the zip not be written.
    """
    part = archive.with_name(f"{archive.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for inside, path in files.items():
            entry = zipfile.ZipInfo(inside, (1980, 1, 1, 0, 0, 0))
            rights = 0o755 if inside in programs else 0o644
            entry.external_attr, entry.create_system = (0o100000 | rights) << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes(), compresslevel=9)
    os.replace(part, archive)
