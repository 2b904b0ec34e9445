"""Large pages for what a fork shares: copying the tables of small ones takes longer than a task.

Only where at least half of a large page is in memory already: the rest would be filled with zeros.

Linux 6.1 and later; elsewhere nothing happens, and a fork costs some hundredths of a second more.
"""

import ctypes
import gc
import mmap
from contextlib import suppress

SMALL, LARGE = mmap.PAGESIZE, 1 << 21
COLLAPSE = 25  # MADV_COLLAPSE


def settle() -> None:
    """Make this process cheap to fork: what is in memory stays where it is, in large pages."""
    gc.collect()
    gc.freeze()  # or the children's collector would copy every page
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.malloc_trim(0)  # what is free is cheaper to get anew than to copy
        for start, length in _ranges():
            for page in _half_full(library, start, length):
                library.madvise(ctypes.c_void_p(page), ctypes.c_size_t(LARGE), COLLAPSE)


def _half_full(library: ctypes.CDLL, start: int, length: int) -> list[int]:
    """Where a range's large pages begin of which at least half is in memory."""
    there = (ctypes.c_ubyte * (length // SMALL))()  # the lowest bit says it of each small page
    if library.mincore(ctypes.c_void_p(start), ctypes.c_size_t(length), there):
        return []
    each = LARGE // SMALL
    counts = [sum(byte & 1 for byte in there[i : i + each]) for i in range(0, len(there), each)]
    return [start + i * LARGE for i, count in enumerate(counts) if 2 * count >= each]


def _ranges() -> list[tuple[int, int]]:
    """Start and length of whole large pages that belong to this process alone."""
    found = []
    with open("/proc/self/maps") as maps:
        for line in maps:
            words = line.split()
            if words[1].startswith("rw") and (len(words) == 5 or words[5] == "[heap]"):
                first, last = (int(word, 16) for word in words[0].split("-"))
                first, last = -(-first // LARGE) * LARGE, last // LARGE * LARGE
                if last > first:
                    found.append((first, last - first))
    return found
