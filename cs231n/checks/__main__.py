"""Check all tasks in a terminal: `python -m cs231n.checks`."""

import argparse
import sys
from pathlib import Path

from cs231n.console import show_any_text
from cs231n.engine.reference_data import (
    PATTERN,
    ReferenceData,
    ReferenceDataError,
    load_reference_data,
)

from . import check_all


def main(arguments: list[str] | None = None) -> int:
    """Check the tasks of the assignments in this folder, all or those named, and print findings.

    Returns:
        0 if every task passed, 1 if not, 2 if the checks could not run.
    """
    show_any_text()
    parser = argparse.ArgumentParser(prog="python -m cs231n.checks", description=main.__doc__)
    parser.add_argument("tasks", nargs="*", help="names of functions; by default, all")
    parser.add_argument("--module", help="the module to check; by default, the assignment's own")
    parser.add_argument(
        "--answers", help="the file of public reference data; by default, every *-checks.npz"
    )
    options = parser.parse_args(arguments)
    try:
        files = [options.answers] if options.answers else sorted(map(str, Path().glob(PATTERN)))
        assignments = [load_reference_data(file) for file in files]
    except ReferenceDataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    known = [task.name for reference in assignments for task in reference.tasks]
    unknown = [name for name in options.tasks if name not in known]
    if unknown or not known:
        reason = f"no task {unknown[0]!r}; the tasks are {', '.join(known)}" if known else None
        reason = reason or f"no {PATTERN} in {Path.cwd()}; run this in the folder of the assignment"
        print(f"error: {reason}", file=sys.stderr)
        return 2
    passed = [_check(reference, options.tasks, options.module) for reference in assignments]
    return 0 if all(passed) else 1


def _check(reference: ReferenceData, names: list[str], module: str | None) -> bool:
    """Print the results of one assignment; return whether all of its named tasks passed."""
    tasks = [t.name for t in reference.tasks if not names or t.name in names]
    if not tasks:
        return True
    results = check_all(module or reference.module, reference, tasks)
    print(*results, sep="\n")
    if len(results) < len(tasks):  # the module cannot be imported
        return False
    earned = sum(result.verdict.points(result.points) for result in results)
    print(f"{earned:g} of {sum(result.points for result in results):g} points by these checks")
    return all(result.verdict.status == "passed" for result in results)


if __name__ == "__main__":
    sys.exit(main())
