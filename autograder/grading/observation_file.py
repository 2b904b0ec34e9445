"""Observations on disk and on the way between machines: the worker's own packed form, compressed.

One line of JSON says what they belong to; the rest is what a worker sends, and is parsed as
carefully: sizes are checked first, nothing is executed or unpickled.
"""

import json
import zlib
from dataclasses import dataclass

from autograder.sandbox.guest.protocol import MAX_ANSWER, Malformed, Parser, pack_observation

from .run_probes import Observed

FORMAT = 1
HEAD = 1 << 20  # bytes of the first line, at most


@dataclass(frozen=True)
class Kept:
    """Observations, and what they belong to.

    Attributes:
        observed: the observations.
        keys: task -> hash of what they depend on (`keys.Keys.observations`).
    """

    observed: Observed
    keys: dict[str, str]

    def only(self, names) -> "Kept":
        """Those of some tasks."""
        tasks = {name: found for name, found in self.observed.tasks.items() if name in names}
        observed = Observed(tasks, self.observed.cpu_s, self.observed.wall_s)
        return Kept(observed, {name: self.keys[name] for name in tasks})


NOTHING = Kept(Observed({}), {})


def pack(kept: Kept) -> bytes:
    """The bytes to keep; none if they are more than `unpack` would take."""
    observed = kept.observed
    tasks = {name: [kept.keys[name], list(found)] for name, found in observed.tasks.items()}
    head = {"format": FORMAT, "cpu_s": observed.cpu_s, "wall_s": observed.wall_s, "tasks": tasks}
    body = b"".join(
        pack_observation(case, *found)
        for cases in observed.tasks.values()
        for case, found in cases.items()
    )
    return (
        b""
        if len(body) > MAX_ANSWER
        else zlib.compress(json.dumps(head).encode() + b"\n" + body, 6)
    )


def unpack(data: bytes) -> Kept:
    """The inverse of `pack`; what is damaged, cut or of another format counts as nothing."""
    try:
        stream = zlib.decompressobj()
        plain = stream.decompress(data, HEAD + MAX_ANSWER)
        if not stream.eof:
            return NOTHING
        line, _, body = plain.partition(b"\n")
        head = json.loads(line)
        if head["format"] != FORMAT:
            return NOTHING
        parser = Parser([case for _, cases in head["tasks"].values() for case in cases])
        parser.feed(body)
        tasks = {
            name: {case: parser.found[case] for case in cases}
            for name, (_, cases) in head["tasks"].items()
        }
        observed = Observed(tasks, float(head["cpu_s"]), float(head["wall_s"]))
        return Kept(observed, {name: str(key) for name, (key, _) in head["tasks"].items()})
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, Malformed):
        return NOTHING
