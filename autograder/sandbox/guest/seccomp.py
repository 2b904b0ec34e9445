"""Allow a student's process only the system calls of `seccomp_table.csv`.

The table lists what is allowed, so a call that a future kernel adds is closed. Any other call fails
with an error that Python turns into an exception; the filter kills no process for trying. Among the
closed calls are new processes and threads, programs, sockets, mounts, namespaces, tracing, keys,
io_uring, memory files and priorities.

Columns of the table: the call, its number on each machine (empty where the call does not exist),
and the answer: "allow"; "some" for ioctl, whose second argument decides; or the name of an error
by which libraries know what to do.
"""

import csv
import ctypes
import errno
import platform
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("seccomp_table.csv")
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal, close on exec ...

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, ERROR = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
NUMBER, ARCHITECTURE, SECOND = 0, 4, 24  # offsets in struct seccomp_data (little-endian)
X32 = 0x4000_0000
SET_SECCOMP, FILTER = 22, 2


@dataclass(frozen=True)
class SystemCall:
    """A row of the table.

    Attributes:
        numbers: machine -> number of the call; a machine without the call is absent.
        answer: "allow", "some", or the name of an error such as "EAGAIN".
    """

    name: str
    numbers: dict[str, int]
    answer: str


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def read_table() -> list[SystemCall]:
    """Return the rows of `seccomp_table.csv`."""
    with TABLE.open(encoding="ascii", newline="") as stream:
        return [
            SystemCall(
                row["call"], {m: int(row[m]) for m in ARCHITECTURES if row[m]}, row["answer"]
            )
            for row in csv.DictReader(stream)
        ]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


@lru_cache
def filter_program(machine: str) -> bytes:
    """Return the filter for a machine in the kernel's format: instructions of eight bytes.

    Args:
        machine: the result of `platform.machine()`.

    Raises:
        OSError: the table does not cover this machine.
    """
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    refuse = _step(RETURN, ERROR | errno.EPERM)
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, ARCHITECTURES[machine], 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
        _step(AT_LEAST, X32, 0, 1),
        refuse,
    ]
    ioctls = [_step(LOAD, SECOND)]
    for request in IOCTLS:
        ioctls += [_step(EQUAL, request, 0, 1), _step(RETURN, ALLOW)]
    ioctls.append(refuse)
    for call in read_table():
        number = call.numbers.get(machine)
        if number is None:
            continue
        if call.answer == "some":
            steps += [_step(EQUAL, number, 0, len(ioctls)), *ioctls]
        else:
            answer = ALLOW if call.answer == "allow" else ERROR | getattr(errno, call.answer)
            steps += [_step(EQUAL, number, 0, 1), _step(RETURN, answer)]
    return b"".join([*steps, refuse])


def install(libc: ctypes.CDLL) -> None:
    """Restrict this process to the table for good; it must have excluded new privileges before.

    Raises:
        OSError: the kernel has no filters, or the table does not cover this machine.
    """
    code = filter_program(platform.machine())
    program = _Program(len(code) // 8, code)
    if libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused the list of system calls")
