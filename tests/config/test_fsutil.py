"""Files are replaced as a whole, and a zip depends on its files only."""

import os
import stat
import zipfile

import pytest

from autograder.fsutil import atomic_write, write_zip


def test_atomic_write_replaces_text_and_bytes(tmp_path):
    """Text is UTF-8 with its own line ends, bytes are unchanged, and nothing else is left."""
    path = tmp_path / "page"
    atomic_write(path, "é\r\n")
    assert path.read_bytes() == b"\xc3\xa9\r\n"
    atomic_write(path, b"\0", durable=True)
    assert path.read_bytes() == b"\0"
    assert os.listdir(tmp_path) == ["page"]


def test_atomic_write_that_fails_leaves_the_old_file(tmp_path):
    """An error leaves the old content and no temporary file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("old")
    with pytest.raises(OSError):
        atomic_write(tmp_path / "folder", b"new")
    assert os.listdir(tmp_path) == ["folder"]
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "none" / "file", b"new")


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_atomic_write_sets_permissions_as_open_does(tmp_path):
    """By default the umask decides who may read; `mode` restricts it further."""
    umask = os.umask(0o022)
    try:
        atomic_write(tmp_path / "page", "")
        atomic_write(tmp_path / "verdicts", "", mode=0o600)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "page").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "verdicts").stat().st_mode) == 0o600


def test_a_zip_depends_on_names_and_contents_only(tmp_path):
    """Times and permissions of the files change no byte; programs stay executable."""
    file = tmp_path / "file"
    file.write_text("x")
    write_zip({"a": file, "b": file}, tmp_path / "1.zip", programs=("b",))
    os.utime(file, (0, 0))
    file.chmod(0o600)
    write_zip({"a": file, "b": file}, tmp_path / "2.zip", programs=("b",))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        modes = [entry.external_attr >> 16 & 0o777 for entry in archive.infolist()]
    assert modes == [0o644, 0o755]
