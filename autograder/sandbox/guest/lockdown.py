"""Restrict this process before it reads a student's file: namespaces, mounts, rights and limits.

Everything but `mapped_bytes` and `set_limits` needs Linux. A step that the kernel refuses raises
OSError, so that the caller can refuse the student's file.
"""

import ctypes
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path

from . import seccomp
from .protocol import SandboxLimits

NOBODY = 65534
NEWNS, NEWUTS, NEWIPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
NEWUSER, NEWPID, NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000
NOSUID, NODEV, NOEXEC, RDONLY = 2, 4, 8, 1
REC, PRIVATE = 0x4000, 1 << 18
PDEATHSIG, DUMPABLE, CAPBSET_DROP, NO_NEW_PRIVS, CAP_AMBIENT = 1, 4, 24, 38, 47
CAPABILITY_V3 = 0x2008_0522
SCRATCH = "size=64m,nr_inodes=2000,mode=0777"
SHARED = "size=16m,nr_inodes=100,mode=0777"

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *values: object) -> None:
    """Call a function of libc that returns 0 on success.

    Raises:
        OSError: the kernel's reason.
    """
    if getattr(_libc, name)(*values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def become_nobody() -> None:
    """Give up root for good; do nothing for any other user."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _call("prctl", DUMPABLE, 1, 0, 0, 0)  # otherwise root would own /proc/self/uid_map


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _call("prctl", PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def unshare(flags: int) -> None:
    """Move to new namespaces; with NEWUSER the user keeps its number.

    Raises:
        OSError: the kernel does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", flags)
    if flags & NEWUSER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount_scratch() -> None:
    """Mount fresh scratch on /tmp and /dev/shm, and hide /proc and /sys/kernel.

    The process must be in its own mount namespace.

    Raises:
        OSError: the kernel does not allow it.
    """
    _call("mount", None, b"/", None, ctypes.c_ulong(REC | PRIVATE), None)
    for place, flags, options in (
        ("/tmp", NOSUID | NODEV | NOEXEC, SCRATCH),
        ("/dev/shm", NOSUID | NODEV | NOEXEC, SHARED),
        ("/proc", NOSUID | NODEV | NOEXEC | RDONLY, "size=4k,nr_inodes=1"),
        ("/sys/kernel", NOSUID | NODEV | NOEXEC | RDONLY, "size=4k,nr_inodes=1,mode=0"),
    ):
        if not os.path.isdir(place):  # /sys/kernel is absent where there are no large pages
            continue
        values = b"tmpfs", place.encode(), b"tmpfs", ctypes.c_ulong(flags), options.encode()
        _call("mount", *values)


def keep_only(kept: dict[int, int]) -> None:
    """Close every file except some; standard input becomes empty.

    Args:
        kept: descriptor -> its new number.
    """
    high = {os.dup2(source, 200 + i): goal for i, (source, goal) in enumerate(kept.items())}
    os.closerange(0, 200)
    os.open(os.devnull, os.O_RDONLY)
    for source, goal in high.items():
        os.dup2(source, goal)
    last = max(kept.values())
    os.closerange(last + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def give_up_rights() -> None:
    """Drop all capabilities, exclude new ones, and allow only the listed system calls."""
    _call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        if _libc.prctl(CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _libc.prctl(CAP_AMBIENT, 4, 0, 0, 0)  # clear all
    header = (ctypes.c_uint32 * 2)(CAPABILITY_V3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    seccomp.install(_libc)


def mapped_bytes() -> int | None:
    """Return the bytes of address space in use; None without /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def set_limits(limits: SandboxLimits, mapped: int | None, confined: bool = False) -> None:
    """Set the limits that the kernel enforces; a monitor enforces time, memory and output.

    Args:
        limits: what this process may use from now on.
        mapped: `mapped_bytes()` after torch was imported; None leaves address space unlimited.
        confined: also forbid further processes. The kernel counts all processes of a user, so
            outside a sandbox this limit would count the instructor's.
    """
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    table = {
        "CPU": int(used + limits.cpu_s) + 1,
        "FSIZE": limits.file_mib << 20,
        "NOFILE": limits.files,
        "CORE": 0,
    }
    if confined:
        table |= {"NPROC": 0, "MEMLOCK": 0, "MSGQUEUE": 0, "SIGPENDING": 64}
    if mapped is not None:
        table["AS"] = mapped + (limits.address_mib << 20)
    for name, most in table.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is not None:
            with suppress(ValueError, OSError):  # lower already, or unknown to this system
                resource.setrlimit(number, (most, most))
