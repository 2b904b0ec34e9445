"""The messages between grader and worker: JSON and raw arrays, with every size checked first.

Job, sent once: 8 bytes of length, a JSON object, then the bytes of the student's file.
Answer, one for each probe: a line of JSON {"id", "facts", "arrays": [[name, dtype, shape], ...]},
then the raw bytes of those arrays. The parser executes and unpickles nothing.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

MAX_LINE = 128 * 1024  # bytes of one line of JSON
MAX_ANSWER = 16 * 1024 * 1024  # bytes of a whole answer
MAX_ARRAYS = 400  # in one observation
DTYPES = ("float32", "float64")
MAX_NAME, MAX_TEXT, MAX_DEPTH = 100, 500, 6  # characters of a name and a text; levels of the facts

Facts = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
Observation = tuple[Facts, Arrays]


class Malformed(Exception):
    """A worker's answer violates the protocol; an honest worker never does."""


@dataclass(frozen=True)
class SandboxLimits:
    """What one worker may use; `autograder.config` states the reason for each number.

    Attributes:
        cpu_s, case_cpu_s: processor time of the whole job and of one probe, in seconds.
        wall_s: elapsed time, in seconds.
        address_mib, resident_mib: address space beyond the worker's own, and resident memory.
        file_mib, files: size of one file, and files open at once.
        output_mib: what the job may print.
    """

    cpu_s: float
    case_cpu_s: float
    wall_s: float
    address_mib: int
    resident_mib: int
    file_mib: int
    files: int
    output_mib: int

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "SandboxLimits":
        """Return the limits that a table contains; other keys are ignored.

        Raises:
            KeyError: a limit is missing.
        """
        return cls(**{each.name: table[each.name] for each in fields(cls)})


@dataclass(frozen=True)
class SandboxJob:
    """What a worker does with one student's file.

    Attributes:
        package, module: where the file belongs, such as "cs231n" and "gan_pytorch".
        file: its path in error messages.
        probes: the actions to run, each with an "id"; an answer names that id.
        limits: what the worker may use.
        given: a file name and the published numbers in it, for code that loads them.
        recover: run the file as far as possible instead of ending at its first error.
    """

    package: str
    module: str
    file: str
    probes: tuple[dict[str, Any], ...]
    limits: SandboxLimits
    given: tuple[str, dict[str, Any]] = ("", {})
    recover: bool = True

    def answer_ids(self) -> list[str]:
        """Return the ids of all answers in order: the worker's own, and one for each probe."""
        return ["ready", "import", *(probe["id"] for probe in self.probes), "end"]


def pack_job(job: SandboxJob, source: bytes) -> bytes:
    """Return the bytes that a worker reads."""
    head = json.dumps({**vars(job), "limits": asdict(job.limits), "source": len(source)}).encode()
    return struct.pack(">Q", len(head)) + head + source


def read_job(stream: BinaryIO) -> tuple[SandboxJob, bytes]:
    """Read a packed job, and the source, from the stream of a trusted grader."""
    (length,) = struct.unpack(">Q", stream.read(8))
    head = json.loads(stream.read(length))
    source = stream.read(head.pop("source"))
    head["limits"] = SandboxLimits(**head["limits"])
    head["probes"], head["given"] = tuple(head["probes"]), tuple(head["given"])
    return SandboxJob(**head), source


def pack_observation(name: str, facts: Facts, arrays: Arrays) -> bytes:
    """Return the bytes that a worker writes for one probe."""
    table = [[key, str(array.dtype), list(array.shape)] for key, array in arrays.items()]
    line = json.dumps({"id": name, "facts": facts, "arrays": table})
    body = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    return line.encode() + b"\n" + b"".join(body)


@dataclass
class Parser:
    """Parses answers in pieces, as they arrive.

    Attributes:
        wanted: the ids that may arrive, each once and in this order.
        found: id -> complete observation.
    """

    wanted: list[str]
    found: dict[str, Observation] = field(default_factory=dict)
    _buffer: bytearray = field(default_factory=bytearray)
    _received: int = 0
    _head: tuple[str, Facts, list[list[Any]], list[int]] | None = None

    def feed(self, piece: bytes) -> None:
        """Parse more bytes.

        Raises:
            Malformed: the bytes violate the protocol in any way.
        """
        self._received += len(piece)
        if self._received > MAX_ANSWER:
            raise Malformed(f"an answer of more than {MAX_ANSWER >> 20} MiB")
        self._buffer += piece
        try:
            while self._parse_next():
                pass
        except Malformed:
            raise
        except Exception as error:  # a student's process must not be able to stop the grader
            raise Malformed(f"{type(error).__name__} in an answer") from None

    def _parse_next(self) -> bool:
        """Move one complete observation from the buffer to `found`; False if none is complete."""
        if self._head is None:
            end = self._buffer.find(b"\n", 0, MAX_LINE)
            if end < 0:
                if len(self._buffer) >= MAX_LINE:
                    raise Malformed("a line that is too long")
                return False
            self._head = self._read_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 1]
        name, facts, table, sizes = self._head
        if len(self._buffer) < sum(sizes):
            return False
        arrays: Arrays = {}
        at = 0
        for (key, dtype, shape), size in zip(table, sizes, strict=True):
            raw = bytes(self._buffer[at : at + size])
            arrays[key] = np.frombuffer(raw, np.dtype(dtype)).reshape(shape)
            at += size
        del self._buffer[:at]
        self.found[name], self._head = (facts, arrays), None
        return True

    def _read_head(self, line: bytes) -> tuple[str, Facts, list[list[Any]], list[int]]:
        """Return (id, facts, table of arrays, their sizes) from a line of JSON, fully checked."""
        record = json.loads(line, parse_constant=_refuse_constant)
        name, facts, table = record["id"], record["facts"], record["arrays"]
        if len(self.found) >= len(self.wanted) or name != self.wanted[len(self.found)]:
            raise Malformed("an answer that was not asked for")
        if not isinstance(facts, dict) or not isinstance(table, list) or len(table) > MAX_ARRAYS:
            raise Malformed("an answer of the wrong form")
        table = [[str(key)[:MAX_NAME], dtype, shape] for key, dtype, shape in table]
        return name, _bounded(facts), table, [_size(dtype, shape) for _, dtype, shape in table]


def _refuse_constant(word: str) -> NoReturn:
    raise Malformed(f"{word} among the facts")


def _bounded(value: Any, depth: int = 0) -> Any:
    """Return facts with short texts, numbers of a sane size and few levels."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, dict) and depth < MAX_DEPTH:
        return {key[:MAX_NAME]: _bounded(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < MAX_DEPTH:
        return [_bounded(item, depth + 1) for item in value]
    if value is None or (isinstance(value, (bool, int, float)) and abs(value) < 1e15):
        return value
    raise Malformed("a fact of the wrong form")


def _size(dtype: str, shape: list[int]) -> int:
    """Return the bytes of an array, checked before any memory is allocated."""
    if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > 4:
        raise Malformed("an array of a type that is not allowed")
    if not all(type(n) is int and 0 <= n <= MAX_ANSWER for n in shape):
        raise Malformed("an array of an impossible shape")
    size: int = math.prod(shape) * np.dtype(dtype).itemsize
    if size > MAX_ANSWER:
        raise Malformed("an array that is too large")
    return size
