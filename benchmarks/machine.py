"""What a table of figures says of the machine that it was measured on."""

import os
import platform
from contextlib import suppress
from pathlib import Path


def machine() -> str:
    """The processor as the system calls it, the number of cores, and how busy they are."""
    return f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
