"""The lock of a course, also on file systems without the kernel's locks."""

import errno
import os
import socket

import pytest
from filelock import FileLock

from autograder.errors import StoreError
from autograder.grading.store import SOFT_LOCK, Store

ENDED_PROCESS = 2**22 + 1  # above the largest process id of Linux


def lock_that_fails(code: int):
    """A kind of lock that ends with this error, as on a file system without it."""

    class FailingLock(FileLock):
        def acquire(self, *_, **__):
            raise OSError(code, os.strerror(code))

    return FailingLock


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_has_a_lock_file(tmp_path, code):
    """The first grader works, and the second is refused with the first one's name."""
    first, second = (Store(tmp_path, lock_that_fails(code)) for _ in range(2))
    with first.locked():
        with pytest.raises(StoreError) as error, second.locked():
            pass
        line = str(error.value)
        assert f"another run (process {os.getpid()} on {socket.gethostname()})" in line
        assert f"delete {tmp_path / SOFT_LOCK}" in line and "\n" not in line
    with second.locked():
        pass


def test_a_lock_file_of_an_ended_process_is_replaced(tmp_path):
    """A killed grader of this machine does not lock the course for ever."""
    text = f"{ENDED_PROCESS}\n{socket.gethostname()}\n"
    (tmp_path / SOFT_LOCK).write_text(text)
    with Store(tmp_path, lock_that_fails(errno.ENOLCK)).locked():
        assert (tmp_path / SOFT_LOCK).read_text() != text


def test_a_lock_file_of_another_machine_stays(tmp_path):
    """Only a person can know whether that machine still grades."""
    (tmp_path / SOFT_LOCK).write_text("7\nelsewhere\n")
    store = Store(tmp_path, lock_that_fails(errno.ENOLCK))
    with pytest.raises(StoreError, match="process 7 on elsewhere"), store.locked():
        pass


def test_another_error_of_the_lock_is_reported(tmp_path):
    """A folder that cannot be written is not taken for a second grader."""
    store = Store(tmp_path, lock_that_fails(errno.EROFS))
    with pytest.raises(StoreError, match="Read-only file system"), store.locked():
        pass
