"""What the kernel holds a process to. Works wherever Python has `resource`."""

import resource
from contextlib import suppress
from pathlib import Path


def mapped() -> int | None:
    """Bytes of address space in use; None without /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def set_limits(limits: dict, base: int | None, alone: bool = False) -> None:
    """Limit this process; a watcher adds wall-clock time, resident memory and output.

    Args:
        limits: the table of `assignment.toml`.
        base: what `mapped` gave once torch was imported; None sets no limit on address space.
        alone: also forbid further processes. Outside a sandbox that would count those of the user.
    """
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    table = {
        "CPU": int(used + limits["cpu_s"]) + 1,
        "FSIZE": limits["file_mib"] << 20,
        "NOFILE": limits["files"],
        "CORE": 0,
    }
    if alone:
        table |= {"NPROC": 0, "MEMLOCK": 0, "MSGQUEUE": 0, "SIGPENDING": 64}
    if base is not None:
        table["AS"] = base + (limits["address_mib"] << 20)
    for name, most in table.items():
        what = getattr(resource, f"RLIMIT_{name}", None)
        if what is not None:
            with suppress(ValueError, OSError):  # lower already, or unknown to this system
                resource.setrlimit(what, (most, most))
