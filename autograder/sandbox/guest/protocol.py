"""What grader and worker say to each other: JSON and raw arrays, every size checked first.

In, once: 8 bytes of length, a JSON job, then the student's file as bytes.
Out, for each probe: one line of JSON {"id", "facts", "arrays": [[name, dtype, shape], ...]}, then
the raw bytes of those arrays. Nothing in it is executed or unpickled.
"""

import json
import math
import struct
from dataclasses import dataclass, field

import numpy as np

LINE = 128 * 1024  # bytes of one line of JSON
TOTAL = 16 * 1024 * 1024  # bytes of a whole answer
ARRAYS = 400  # in one observation
DTYPES = ("float32", "float64")
NAME, TEXT, DEPTH = 100, 500, 6  # characters of a name, of a text; levels of the facts


class Malformed(Exception):
    """The worker's answer does not keep to the protocol. Only a forger's does not."""


def pack_job(job: dict, source: bytes) -> bytes:
    """The bytes that a worker reads."""
    head = json.dumps({**job, "source": len(source)}).encode()
    return struct.pack(">Q", len(head)) + head + source


def read_job(stream) -> tuple[dict, bytes]:
    """The inverse of `pack_job`, from a binary stream of a trusted grader."""
    (length,) = struct.unpack(">Q", stream.read(8))
    job = json.loads(stream.read(length))
    return job, stream.read(job["source"])


def pack_observation(name: str, facts: dict, arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes that a worker writes for one probe."""
    table = [[key, str(array.dtype), list(array.shape)] for key, array in arrays.items()]
    line = json.dumps({"id": name, "facts": facts, "arrays": table})
    body = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    return line.encode() + b"\n" + b"".join(body)


@dataclass
class Parser:
    """Takes an answer in pieces, as it comes.

    Attributes:
        wanted: ids that may come, each once and in this order.
        found: id -> (facts, arrays), complete ones only.
    """

    wanted: list[str]
    found: dict[str, tuple[dict, dict]] = field(default_factory=dict)
    _buffer: bytearray = field(default_factory=bytearray)
    _seen: int = 0
    _head: tuple | None = None

    def feed(self, piece: bytes) -> None:
        """Take in more bytes.

        Raises:
            Malformed: whatever is wrong with them.
        """
        self._seen += len(piece)
        if self._seen > TOTAL:
            raise Malformed(f"an answer of more than {TOTAL >> 20} MiB")
        self._buffer += piece
        try:
            while self._take():
                pass
        except Malformed:
            raise
        except Exception as error:  # nothing that a student's process sends may break the grader
            raise Malformed(f"{type(error).__name__} in an answer") from None

    def _take(self) -> bool:
        """Take one complete observation off the buffer, if there is one."""
        if self._head is None:
            end = self._buffer.find(b"\n", 0, LINE)
            if end < 0:
                if len(self._buffer) >= LINE:
                    raise Malformed("a line that is too long")
                return False
            self._head = self._read_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 1]
        name, facts, table, sizes = self._head
        if len(self._buffer) < sum(sizes):
            return False
        arrays, at = {}, 0
        for (key, dtype, shape), size in zip(table, sizes, strict=True):
            raw = bytes(self._buffer[at : at + size])
            arrays[key] = np.frombuffer(raw, np.dtype(dtype)).reshape(shape)
            at += size
        del self._buffer[:at]
        self.found[name], self._head = (facts, arrays), None
        return True

    def _read_head(self, line: bytes) -> tuple[str, dict, list, list[int]]:
        """(id, facts, table of arrays, their sizes) from a line of JSON, all of it checked."""
        record = json.loads(line, parse_constant=_no_constant)
        name, facts, table = record["id"], record["facts"], record["arrays"]
        if len(self.found) >= len(self.wanted) or name != self.wanted[len(self.found)]:
            raise Malformed("an answer that was not asked for")
        if not isinstance(facts, dict) or not isinstance(table, list) or len(table) > ARRAYS:
            raise Malformed("an answer of the wrong form")
        table = [[str(key)[:NAME], dtype, shape] for key, dtype, shape in table]
        return name, _clean(facts), table, [_size(dtype, shape) for _, dtype, shape in table]


def _no_constant(word: str):
    raise Malformed(f"{word} among the facts")


def _clean(value, depth: int = 0):
    """Facts as they may be used: short texts, numbers of a sane size, few levels."""
    if isinstance(value, str):
        return value[:TEXT]
    if isinstance(value, dict) and depth < DEPTH:
        return {key[:NAME]: _clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < DEPTH:
        return [_clean(item, depth + 1) for item in value]
    if value is None or (isinstance(value, (bool, int, float)) and abs(value) < 1e15):
        return value
    raise Malformed("a fact of the wrong form")


def _size(dtype: str, shape: list) -> int:
    """Bytes of an array, checked before anything is allocated."""
    if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > 4:
        raise Malformed("an array of a type that is not allowed")
    if not all(type(n) is int and 0 <= n <= TOTAL for n in shape):
        raise Malformed("an array of an impossible shape")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > TOTAL:
        raise Malformed("an array that is too large")
    return size
