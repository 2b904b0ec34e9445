"""What a process inside the sandbox does to itself before it touches a student's file.

Linux only: namespaces of its own, an empty /proc, small scratch folders, no rights, limits.
Each step that the kernel may refuse says so, so that the caller can refuse in turn.
"""

import ctypes
import os
import resource
from pathlib import Path

from . import seccomp

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


def _call(name: str, *values) -> None:
    """A function of libc that returns 0 if all is well.

    Raises:
        OSError: the kernel's reason.
    """
    if getattr(_libc, name)(*values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def become_nobody() -> None:
    """Give up root for good; nothing to do for anybody else."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _call("prctl", DUMPABLE, 1, 0, 0, 0)  # or its own uid_map would belong to root


def unshare(flags: int) -> None:
    """Leave namespaces for new ones; with NEWUSER the user keeps its number.

    Raises:
        OSError: the kernel does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", flags)
    if flags & NEWUSER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def own_mounts() -> None:
    """Fresh scratch on /tmp and /dev/shm, an empty /proc, a closed /sys/kernel.

    Needs a mount namespace of its own.

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
        if not os.path.isdir(place):  # nothing of /sys/kernel is shown without large pages
            continue
        values = b"tmpfs", place.encode(), b"tmpfs", ctypes.c_ulong(flags), options.encode()
        _call("mount", *values)


def keep_only(kept: dict[int, int]) -> None:
    """Close every file but these.

    Args:
        kept: descriptor -> the number that it shall have; standard input becomes empty.
    """
    high = {os.dup2(source, 200 + i): goal for i, (source, goal) in enumerate(kept.items())}
    os.closerange(0, 200)
    os.open(os.devnull, os.O_RDONLY)
    for source, goal in high.items():
        os.dup2(source, goal)
    last = max(kept.values())
    os.closerange(last + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def give_up_rights() -> None:
    """No capabilities, none to come, and only the system calls of the list."""
    _call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        if _libc.prctl(CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _libc.prctl(CAP_AMBIENT, 4, 0, 0, 0)  # clear all
    header = (ctypes.c_uint32 * 2)(CAPABILITY_V3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    seccomp.install(_libc)
