"""Observations on disk and between machines: the sandbox's own packed form, compressed.

One line of JSON says what the observations belong to. The rest is what a sandboxed worker sends and
is parsed with the same care: sizes are checked first, nothing is executed or unpickled.
"""

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from autograder.sandbox.guest.protocol import MAX_ANSWER, Malformed, Parser, pack_observation
from cs231n.engine.schema import FileReport, result_from_json, result_to_json

from .run_probes import Observations

FORMAT = 3
HEAD = 1 << 20  # most bytes of the first line


@dataclass(frozen=True)
class StoredObservations:
    """Observations, and what they depend on.

    Attributes:
        observations: of one submission.
        fingerprints: task -> fingerprint of its observations (`Fingerprints.of_observations`).
    """

    observations: Observations = field(default_factory=lambda: Observations({}))
    fingerprints: dict[str, str] = field(default_factory=dict)

    def only(self, names: Collection[str]) -> "StoredObservations":
        """Return the observations of these tasks."""
        old = self.observations
        tasks = {name: cases for name, cases in old.tasks.items() if name in names}
        observations = replace(old, tasks=tasks)
        return StoredObservations(observations, {name: self.fingerprints[name] for name in tasks})

    def pack(self) -> bytes:
        """Return the bytes to store; none if they would exceed what `unpack` accepts."""
        observations = self.observations
        tasks = {n: [self.fingerprints[n], list(cases)] for n, cases in observations.tasks.items()}
        head = {
            "format": FORMAT,
            "cpu_s": observations.cpu_s,
            "wall_s": observations.wall_s,
            "report": observations.report.to_json(),
            "tasks": tasks,
        }
        body = b"".join(
            pack_observation(case, result_to_json(result), getattr(result, "arrays", {}))
            for cases in observations.tasks.values()
            for case, result in cases.items()
        )
        if len(body) > MAX_ANSWER:
            return b""
        return zlib.compress(json.dumps(head).encode() + b"\n" + body, 6)

    @classmethod
    def unpack(cls, data: bytes) -> "StoredObservations":
        """Return what `pack` turned into bytes; damaged data and other formats count as empty."""
        try:
            stream = zlib.decompressobj()
            plain = stream.decompress(data, HEAD + MAX_ANSWER)
            if not stream.eof:
                return cls()
            line, _, body = plain.partition(b"\n")
            head = json.loads(line)
            if head["format"] != FORMAT:
                return cls()
            parser = Parser([case for _, cases in head["tasks"].values() for case in cases])
            parser.feed(body)
            tasks = {
                name: {case: result_from_json(*parser.found[case]) for case in cases}
                for name, (_, cases) in head["tasks"].items()
            }
            times = float(head["cpu_s"]), float(head["wall_s"])
            observations = Observations(tasks, *times, FileReport.from_json(head["report"]))
            return cls(observations, {name: str(f) for name, (f, _) in head["tasks"].items()})
        except (zlib.error, ValueError, KeyError, TypeError, AttributeError, Malformed):
            return cls()
