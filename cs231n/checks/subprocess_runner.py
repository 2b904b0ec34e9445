"""The verdicts on a saved file, from a process of its own: a loop, an exit or a crash in the file
ends that process and nothing else.

Only the child imports torch: `judge_apart` also works where torch is missing, and says so.
"""

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cs231n.engine.schema import Verdict

LIMIT = 300  # seconds for all tasks; a right file needs 7 on a free machine, 50 on a busy one


class NoVerdicts(Exception):
    """The checks gave no result; the message says why."""


def judge_apart(
    folder: Path, module: str, answers: str, limit: float = LIMIT
) -> list[tuple[Verdict, float]]:
    """Judge every task by the public checks.

    Args:
        folder: the student's folder, which holds the package.
        module: dotted name of the student's module, such as "cs231n.gan_pytorch".
        answers: name of the npz with the public reference data, in `folder`.
        limit: seconds after which the process is ended.
    Returns:
        (verdict, points of the task) in the notebook's order; or a single one, of the first task,
        if the file cannot be imported.
    Raises:
        NoVerdicts: it did not finish, ended by itself, or could not be run at all.
    """
    with tempfile.TemporaryDirectory() as place:
        result, log = Path(place) / "verdicts.json", Path(place) / "log.txt"
        words = [sys.executable, "-m", __name__, module, answers, str(result)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        try:
            with log.open("wb") as file:
                done = subprocess.run(words, cwd=folder, stderr=file, timeout=limit, **quiet)
        except subprocess.TimeoutExpired:
            raise NoVerdicts(f"the checks did not finish within {limit:g} s") from None
        if not result.is_file():
            said = log.read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()
            last = f": {said[-1][:200]}" if said else ""
            raise NoVerdicts(f"the checks ended with code {done.returncode} and no result{last}")
        records = json.loads(result.read_text("utf-8"))
    return [(Verdict.from_json(record), points) for record, points in records]


def main(module: str, answers: str, result: str) -> None:
    """The child: import, judge, write the verdicts as JSON, whole or not at all."""
    from cs231n.checks import checker
    from cs231n.engine.judging import verdict_without_run
    from cs231n.engine.judging.unreadable import import_code, import_words, source_lines
    from cs231n.engine.probes import describe_error
    from cs231n.engine.reference_data import load_reference_data

    public = load_reference_data(answers)
    tasks, file = public.spec["tasks"], str(Path(*module.split(".")).with_suffix(".py").resolve())
    try:
        check = checker(importlib.import_module(module), answers)
    except Exception as error:
        known = describe_error(error, file)
        words, lines = import_words(known), source_lines(known)
        name, code = tasks[0]["name"], import_code(known)
        verdicts = [verdict_without_run(name, code, lines, **words)]
    else:
        verdicts = [check(task["name"]).verdict for task in tasks]
    pairs = zip(verdicts, tasks[: len(verdicts)], strict=True)
    part = Path(result).with_suffix(".part")
    part.write_text(json.dumps([(v.to_json(), task["points"]) for v, task in pairs]), "utf-8")
    part.replace(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
