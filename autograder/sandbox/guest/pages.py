"""The memory of a process that is about to be forked: large pages, and nothing that only it holds.

Copying the tables of small pages takes longer than a task. Large ones are made where at least half
of one is in memory already: the rest would be filled with zeros. What the start has read of
libraries no fork inherits, and most of it (CUDA, compilers) is never needed again: it is let go.

Large pages need Linux 6.1; elsewhere a fork costs some hundredths of a second more.
"""

import ctypes
import gc
import mmap
from contextlib import suppress

SMALL, LARGE = mmap.PAGESIZE, 1 << 21
COLLAPSE = 25  # MADV_COLLAPSE


def settle() -> None:
    """Make this process cheap to fork and to keep: objects stay where they are, in large pages."""
    gc.collect()
    gc.freeze()  # or the children's collector would copy every page
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.malloc_trim(0)  # what is free is cheaper to get anew than to copy
        for start, length in _ranges():
            for page in _half_full(library, start, length):
                library.madvise(ctypes.c_void_p(page), ctypes.c_size_t(LARGE), COLLAPSE)
    let_go()


def let_go() -> None:
    """Drop what is in memory of files and is as on disk; what is needed again is read again."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for start, length in _as_on_disk():
            place = ctypes.c_void_p(start), ctypes.c_size_t(length)
            library.madvise(*place, mmap.MADV_DONTNEED)


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


def _as_on_disk() -> list[tuple[int, int]]:
    """Start and length of read-only mappings of files that hold nothing but what the file has.

    What the loader has written into a library, before it made it read-only, counts as anonymous.
    """
    found, place = [], None
    with open("/proc/self/smaps") as table:
        for line in table:
            words = line.split()
            if not words[0].endswith(":"):  # a mapping; its figures follow
                first, last = (int(word, 16) for word in words[0].split("-"))
                is_file = words[1] in ("r--p", "r-xp") and len(words) > 5 and words[5][0] == "/"
                place = (first, last - first) if is_file else None
            elif words[:2] == ["Anonymous:", "0"] and place is not None:
                found.append(place)
    return found
