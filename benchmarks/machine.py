"""What a table of figures says of the machine that it was measured on, and of memory."""

import contextlib
import os
import platform
import threading
from pathlib import Path

import psutil


def machine() -> str:
    """The processor as the system calls it, the number of cores, and how busy they are."""
    return f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def processes(own: bool = True) -> list[psutil.Process]:
    """All processes below this one, and itself if `own`."""
    return [psutil.Process()] * own + psutil.Process().children(recursive=True)


def pss_mib(own: bool = True) -> float:
    """Memory of them all; what they share is counted once."""
    total = 0
    for each in processes(own):
        with contextlib.suppress(psutil.Error):
            total += each.memory_full_info().pss
    return total / 2**20


class Peak(threading.Thread):
    """The largest memory of them all while the block runs."""

    def __init__(self, own: bool = True):
        super().__init__(daemon=True)
        self.mib, self._own, self._over = 0.0, own, threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.5):
            self.mib = max(self.mib, pss_mib(self._own))

    def __enter__(self) -> "Peak":
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
