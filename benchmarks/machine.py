"""What a table of figures says of the machine that it was measured on, and of memory."""

import contextlib
import os
import platform
import statistics
import threading
import time
from pathlib import Path

import psutil


def machine() -> str:
    """The processor as the system calls it, the number of cores, how busy they are, how fast now.

    A virtual machine's neighbours can make it half as fast, and no load shows it. So figures of two
    runs can only be compared with their yardsticks.
    """
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"{_processor()}, {cores} cores, load {load:.1f}, yardstick {yardstick_s():.2f} s"


def yardstick_s() -> float:
    """Processor time that two million rounds of a plain loop in Python take, the median of nine."""
    found = []
    for _ in range(9):
        start, total, table = time.process_time(), 0, {}
        for i in range(2_000_000):
            table[i & 4095] = total
            total += i
        found.append(time.process_time() - start)
    return statistics.median(found)


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
    """The largest memory of them all while the block runs.

    Args:
        own: count this process too.
        every: seconds between two looks. One takes some 40 ms of a core for ten processes.
    """

    def __init__(self, own: bool = True, every: float = 0.5):
        super().__init__(daemon=True)
        self.mib, self._own, self._every, self._over = 0.0, own, every, threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._every):
            self.mib = max(self.mib, pss_mib(self._own))

    def __enter__(self) -> "Peak":
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
