"""Check a saved file in a process of its own: a loop, an exit or a crash in the file ends only it.

Only the child imports torch: `check_in_subprocess` also works where torch is missing, and reports
that it is.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cs231n.engine.reference_data import load_reference_data
from cs231n.engine.schema import Verdict

from . import Result, check_all

TIMEOUT = 150  # seconds for one task; its own limit is 60, and a busy machine starts slowly
END = "end"  # the last record of a complete file
POLL = 0.1  # seconds between two looks at the results


class NoResults(Exception):
    """The checks returned no results; the message says why."""


def check_in_subprocess(
    folder: Path, module: str, answers: str, timeout: float = TIMEOUT
) -> list[Result]:
    """Check every task with the public reference data.

    Args:
        folder: the student's folder, which contains the package.
        module: dotted name of the student's module, such as "cs231n.gan_pytorch".
        answers: name of the npz with the public reference data, in `folder`.
        timeout: seconds without a further result after which the process is ended.
    Returns:
        One result per task, as `cs231n.checks.check_all`.
    Raises:
        NoResults: the process did not finish in time, ended by itself, or could not start; the
            message names the task that it was checking.
    """
    with tempfile.TemporaryDirectory() as place:
        output, log = Path(place) / "results.jsonl", Path(place) / "log.txt"
        command = [sys.executable, "-m", __name__, module, answers, str(output)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=folder, stderr=file, **quiet)
            late = _ended_late(process, output, timeout)
        records = _read_records(output)
        if late or not records or records[-1] != END:
            lines = log.read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()
            last_line = f": {lines[-1][:200]}" if lines else ""
            reason = f"ended with code {process.returncode} and no result{last_line}"
            reason = f"did not finish within {timeout:g} s" if late else reason
            raise NoResults(f"the checks {reason}{_where(records)}")
    return [Result(Verdict.from_json(record), points) for record, points in records[1:-1]]


def _ended_late(process: subprocess.Popen, output: Path, timeout: float) -> bool:
    """Wait for a process; end it if no result comes for too long, and return whether it was."""
    size, deadline = -1, time.monotonic() + timeout
    while True:
        try:
            process.wait(POLL)
            return False
        except subprocess.TimeoutExpired:
            now = output.stat().st_size if output.exists() else 0
        if now != size:
            size, deadline = now, time.monotonic() + timeout
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            return True


def _read_records(output: Path) -> list[Any]:
    """Return the names of the tasks, what was found so far of each, and END if all are done."""
    if not output.exists():
        return []
    lines = output.read_text("utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def _where(records: list[Any]) -> str:
    """Return the task that a process was checking when it ended."""
    if not records or len(records) > len(records[0]):
        return ""
    task = records[0][len(records) - 1]
    return f", in {task}" if len(records) > 1 else f", while it read the file or checked {task}"


def main(module: str, answers: str, output: str) -> None:
    """Check in the child and write one line of JSON for each result as it comes."""
    reference = load_reference_data(answers)
    with Path(output).open("w", encoding="utf-8") as file:

        def write(record: object) -> None:
            file.write(json.dumps(record) + "\n")
            file.flush()

        write([task.name for task in reference.tasks])
        written = []

        def report(result: Result) -> None:
            written.append(result)
            write((result.verdict.to_json(), result.points))

        for result in check_all(module, reference, progress=report)[len(written) :]:
            report(result)  # there is no file
        write(END)


if __name__ == "__main__":
    main(*sys.argv[1:])
