"""Check a saved file in a process of its own: a loop, an exit or a crash in the file ends only it.

Only the child imports torch: `check_in_subprocess` also works where torch is missing, and reports
that it is.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cs231n.engine.reference_data import load_reference_data
from cs231n.engine.schema import Verdict

from . import Result, check_all

TIMEOUT = 300  # seconds for all tasks; a correct file needs 7 on a free machine, 50 on a busy one


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
        timeout: seconds after which the process is ended.
    Returns:
        One result per task, as `cs231n.checks.check_all`.
    Raises:
        NoResults: the process did not finish in time, ended by itself, or could not start.
    """
    with tempfile.TemporaryDirectory() as place:
        output, log = Path(place) / "results.json", Path(place) / "log.txt"
        command = [sys.executable, "-m", __name__, module, answers, str(output)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        try:
            with log.open("wb") as file:
                done = subprocess.run(command, cwd=folder, stderr=file, timeout=timeout, **quiet)
        except subprocess.TimeoutExpired:
            raise NoResults(f"the checks did not finish within {timeout:g} s") from None
        if not output.is_file():
            lines = log.read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()
            last_line = f": {lines[-1][:200]}" if lines else ""
            raise NoResults(
                f"the checks ended with code {done.returncode} and no result{last_line}"
            )
        records = json.loads(output.read_text("utf-8"))
    return [Result(Verdict.from_json(record), points) for record, points in records]


def main(module: str, answers: str, output: str) -> None:
    """Check in the child and write the results as JSON, completely or not at all."""
    results = check_all(module, load_reference_data(answers))
    part = Path(output).with_suffix(".part")
    part.write_text(json.dumps([(r.verdict.to_json(), r.points) for r in results]), "utf-8")
    part.replace(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
