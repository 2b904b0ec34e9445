"""How far right answers lie from the reference, and mistakes: the derivation of the tolerances.

Runs the reference in this environment (float32) against the stored answers, with one thread and
two, and all variants and mistakes on the public cases. Prints one table per kind of probe: the
largest deviation of anything right, the smallest of any mistake, and the tolerance between them.

    python -m benchmarks.tolerance [--quick]
"""

import argparse
import platform
from collections import defaultdict

import numpy as np
import torch

from autograder.authoring.mistakes import load_known_solutions
from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.engine.judging.compare import TOLERANCE, deviation, floors, split_alternatives
from cs231n.engine.loading.load_source import load_source
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.reference_data import load_reference_data


def largest(kind: str, got: dict, want: dict) -> float:
    """The largest deviation of any array that both hold; inf if one is absent."""
    floor = floors(kind, want)
    return max(
        (deviation(got[n], a, floor.get(n, 0.0)) if n in got else np.inf) for n, a in want.items()
    )


def measure(data, module, tasks: list[str], count: int | None) -> dict[str, float]:
    """Kind of probe -> largest deviation of `module` over its core cases."""
    found: dict[str, float] = defaultdict(float)
    for name in tasks:
        table = data.task(name)
        for case in table.cases[:count]:
            if case.side_condition or case.kind == "noise":
                continue
            want = data.expectation(table, case.id).arrays
            aside = ("batch", "eval_out", "statistics")  # stand-ins, remarks and part marks
            want = {n: a for n, a in want.items() if not n.startswith(aside)}
            seen = observe(module, case)
            batch = getattr(seen.facts, "batch", None)
            if batch not in (None, *getattr(case, "batches", ())[:1]):
                continue  # works for one batch size only; compared with other data
            best = min(largest(case.kind, r, want) for r in split_alternatives(seen))
            found[case.kind] = max(found[case.kind], best)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="reference alone, few hidden cases")
    quick = parser.parse_args().quick
    assignment = find_assignment("gans")
    public, hidden = (
        load_reference_data(assignment.public_checks),
        load_reference_data(assignment.hidden_checks),
    )
    names = [task.name for task in assignment.tasks]
    right: dict[str, float] = defaultdict(float)
    print(f"torch {torch.__version__}, numpy {np.__version__}, {platform.machine()}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        solution = load_solution(assignment)
        for data, count in ((public, None), (hidden, 4 if quick else None)):
            for kind, value in measure(data, solution, names, count).items():
                right[kind] = max(right[kind], value)
                print(f"reference, {threads} threads, {kind}: {value:.1e}")
    if quick:
        return
    wrong: dict[str, list] = defaultdict(list)
    for folder in ("variants", "mistakes"):
        for entry in load_known_solutions(assignment, folder):
            with on_cpu():
                module = load_source(entry.source, "cs231n", "gan_pytorch", "<entry>")
            tasks = list(entry.loses) if folder == "mistakes" else names
            for kind, value in measure(public, module, tasks, None).items():
                if folder == "mistakes":
                    wrong[kind].append((value, entry.name))
                else:
                    right[kind] = max(right[kind], value if np.isfinite(value) else 0.0)
    print("kind        right, at most   tolerance   mistakes, at least")
    for kind in right:
        seen = sorted(v for v in wrong[kind] if v[0] > TOLERANCE[kind])
        value, name = seen[0]
        print(f"{kind:<12}{right[kind]:<17.1e}{TOLERANCE[kind]:<12.0e}{value:.1e} ({name})")


if __name__ == "__main__":
    main()
