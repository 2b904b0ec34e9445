"""Does the same file always get the same verdict? Threads, repetitions, versions of torch.

    python -m benchmarks.stability --repeat 20 --every 10     # in one environment
    python -m benchmarks.stability --write a.json             # once in each environment, then
    python -m benchmarks.stability --compare a.json b.json

A record is a verdict without its lines of figures. Everything in `mistakes/` and `variants/` is
judged on the public cases and on one hidden case of each task.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from autograder.authoring.mistakes import load_known_solutions, load_own_source
from autograder.config import find_assignment
from cs231n.engine.judging import judge_task
from cs231n.engine.probes import observe
from cs231n.engine.reference_data import load_reference_data


def records(threads: int, every: int) -> dict[str, dict]:
    """Entry and task -> verdict as JSON, without figures."""
    torch.set_num_threads(threads)
    assignment = find_assignment("gans")
    public, hidden = (
        load_reference_data(assignment.public_checks),
        load_reference_data(assignment.hidden_checks),
    )
    found = {}
    entries = load_known_solutions(assignment, "mistakes") + load_known_solutions(
        assignment, "variants"
    )
    for entry in entries[::every]:
        module = load_own_source(assignment, entry.source)
        for task in assignment.tasks if not entry.loses else map(_named, entry.loses):
            cases = (*public.task(task.name).cases, *hidden.task(task.name).cases[:1])
            seen = {case.id: observe(module, case) for case in cases}
            record = judge_task(public, task.name, seen, hidden).to_json()
            for finding in record["findings"]:
                finding["details"] = len(finding["details"])
            found[f"{entry.name} | {task.name}"] = record
    return json.loads(json.dumps(found))


def _named(name: str):
    return next(task for task in find_assignment("gans").tasks if task.name == name)


def differences(first: dict, second: dict) -> list[str]:
    """Keys whose records are not the same."""
    return [key for key in sorted({*first, *second}) if first.get(key) != second.get(key)]


def main() -> int:
    """Run, print the count of differing records; 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="judge one entry in so many")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2)
    options = parser.parse_args()
    if options.compare:
        first, second = (json.loads(path.read_text()) for path in options.compare)
    else:
        first = second = records(1, options.every)
        if options.write:
            options.write.write_text(json.dumps(first))
        for number in range(options.repeat):
            second = records(1 + number % 2, options.every)
            if wrong := differences(first, second):
                break
    wrong = differences(first, second)
    print(f"torch {torch.__version__}: {len(first)} records, {len(wrong)} differ", *wrong[:9])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
