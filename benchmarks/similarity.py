"""How the threshold of `autograder/reporting/similarity.py` was found, and what a comparison costs.

    python -m benchmarks.similarity [--quick] [--json FILE]

No class is at hand, so classes are put together: for each of the ten tasks a student takes one of
the forms in which `variants` and `mistakes` of the assignment write it, at random. Two such
students are honest, and alike only where they took the same form. To them come copies: another's
file with other names, other comments and the functions in another order, and with 0 to 5 of the ten
functions written anew. The threshold is the lowest, in steps of 0.05, at which classes of no size
have more than one honest pair in 2,000 named.
"""

import argparse
import ast
import json
import random
import re
import time
from collections import defaultdict
from pathlib import Path

from autograder.config import Assignment, find_assignment
from autograder.reporting.similarity import THRESHOLD, compare

CLASSES = ((12, 6, 40), (36, 12, 30), (120, 24, 10), (880, 120, 1))  # honest, copies, how many
THRESHOLDS = (0.7, 0.75, 0.8, 0.85, 0.9)
RENAMED = {"model": "network", "noise": "z", "x": "batch", "loss": "value", "layers": "parts"}
REWRITTEN = range(6)


def forms(assignment: Assignment) -> dict[str, list[str]]:
    """task -> the texts in which it is written, each with what it needs beside it."""
    names, found = {task.name for task in assignment.tasks}, defaultdict(set)
    for folder in ("variants", "mistakes"):
        for path in sorted((assignment.folder / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            nodes = [n for n in ast.parse(text).body if not isinstance(n, ast.Expr)]
            tasks = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name in names]
            beside = [ast.get_source_segment(text, n) for n in nodes if n not in tasks]
            for node in tasks:
                whole = [*beside, ast.get_source_segment(text, node)]
                found[node.name].add("\n\n".join(whole))
    return {name: sorted(texts) for name, texts in found.items()}


def make_class(honest: int, copies: int, seed: int = 0) -> tuple[dict[str, bytes], dict]:
    """A class, and for each copy (its pair of students) how many functions were written anew."""
    pool, rng = forms(find_assignment("gans")), random.Random(seed)
    chosen = {f"s{n:04}": {t: rng.choice(texts) for t, texts in pool.items()}
              for n in range(honest)}  # fmt: skip
    sources = {who: "\n\n".join(texts.values()).encode() for who, texts in chosen.items()}
    pairs = {}
    for n in range(copies):
        of, anew = f"s{n % honest:04}", REWRITTEN[n % len(REWRITTEN)]
        texts = dict(chosen[of])
        for task in rng.sample(sorted(pool), anew):
            texts[task] = rng.choice([t for t in pool[task] if t != texts[task]])
        parts = list(texts.values())
        rng.shuffle(parts)
        text = "\n\n# my own work\n".join(parts)
        for old, new in RENAMED.items():
            text = re.sub(rf"\b{old}\b", new, text)
        sources[f"t{n:04}"] = text.encode()
        pairs[of, f"t{n:04}"] = anew
    return sources, pairs


def measure(honest: int, copies: int, classes: int) -> list[dict]:
    """For each threshold: honest pairs that are named, copies that are found; and CPU seconds."""
    assignment = find_assignment("gans")
    known = [assignment.stub.read_bytes(), assignment.solution.read_bytes()]
    rows = [{"threshold": t, "students": honest + copies, "honest_pairs": 0, "honest_named": 0,
             "found": dict.fromkeys(REWRITTEN, 0), "of": dict.fromkeys(REWRITTEN, 0)}
            for t in THRESHOLDS]  # fmt: skip
    start = time.process_time()
    for seed in range(classes):
        sources, pairs = make_class(honest, copies, seed)
        alike = compare(sources, known, min(THRESHOLDS)).groups
        for row in rows:
            _count(row, [a.students for a in alike if a.share >= row["threshold"]], pairs)
            row["honest_pairs"] += honest * (honest - 1) // 2
    cpu = (time.process_time() - start) / classes
    return [{**row, "cpu_s": round(cpu, 2)} for row in rows]


def _count(row: dict, named: list[tuple[str, ...]], pairs: dict) -> None:
    row["honest_named"] += sum(all(who[0] == "s" for who in group) for group in named)
    for pair, anew in pairs.items():
        row["of"][anew] += 1
        row["found"][anew] += any(set(pair) <= set(group) for group in named)


def main() -> None:
    """Measure, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="without the class of 1,000")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    table = []
    anew = "".join(f"{n:>6}" for n in REWRITTEN)
    print("part of the copies found, by functions written anew; honest pairs named; CPU s a class")
    print(f"students  threshold {anew}   honest pairs named    CPU s")
    for honest, copies, classes in CLASSES[: -1 if options.quick else None]:
        for row in measure(honest, copies, classes):
            table.append(row)
            found = "".join(f"{row['found'][n] / row['of'][n]:6.2f}" for n in REWRITTEN)
            print(f"{row['students']:8}  {row['threshold']:9} {found} {row['honest_named']:9} of "
                  f"{row['honest_pairs']:6}{row['cpu_s']:9}", flush=True)  # fmt: skip
    print(f"in use: {THRESHOLD}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
