"""Write the tables of `benchmarks/quality.py`: Markdown for the docs, JSON that ships."""

import datetime
import json
import platform
import re
from pathlib import Path

import numpy as np
import torch

from cs231n.analysis.comparison import MEASURED
from cs231n.analysis.quality import Quality

DOCS = Path(__file__).resolve().parents[1] / "docs" / "quality.md"
TITLES = {"vanilla": "vanilla GAN", "lsgan": "LSGAN", "dcgan": "DCGAN"}
COLUMNS = {
    "frechet": "{:.1f}",
    "confident": "{:.1%}",
    "coverage": "{:.1%}",
    "digits": "{:.1f}",
}
Runs = dict[int, dict[int, Quality]]  # seed -> step -> quality


def report(
    runs: dict[str, Runs], real: tuple[Quality, float] | None, write: bool, half: bool = False
) -> str:
    """Return the tables as Markdown.

    Args:
        runs: all runs, by model.
        real: quality of real test digits, and the seconds of CPU time to measure it.
        write: whether to write them into the docs and the file that ships, too.
        half: whether the runs are in bfloat16; they have a table of their own in the docs only.
    """
    summary = {model: summarise(of_model) for model, of_model in runs.items()}
    if half:
        text = "\n\n".join([machine(), final_table(summary, real)])
        if write:
            write_into_docs("benchmarks/quality.py --bf16", text)
        return text
    text = "\n\n".join([machine(), final_table(summary, real), length_table(runs)])
    if write:
        write_into_docs("benchmarks/quality.py", text)
        stored = {"note": note(summary), "how": machine(), "models": summary}
        MEASURED.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    return text


def write_into_docs(script: str, text: str) -> None:
    """Write text into docs/quality.md, between the two marks of the script."""
    begin, end = f"<!-- written by {script} -->\n", f"<!-- end of {script} -->"
    before = DOCS.read_text("utf-8")
    inside = re.compile(f"(?<={re.escape(begin)}).*(?={re.escape(end)})", re.DOTALL)
    DOCS.write_text(inside.sub(lambda _: f"\n{text}\n\n", before), "utf-8")


def summarise(runs: Runs) -> dict:
    """Return seeds, steps, and [mean, standard deviation] of every number of the finished runs."""
    steps = max(step for run in runs.values() for step in run)
    finished = [run[steps] for run in runs.values() if steps in run]
    values = {c: np.array([float(getattr(q, c)) for q in finished]) for c in COLUMNS}
    spread = min(1, len(finished) - 1)  # of one run: 0
    return {
        "seeds": sorted(seed for seed, run in runs.items() if steps in run),
        "steps": steps,
        **{
            c: [round(float(v.mean()), 4), round(float(v.std(ddof=spread)), 4)]
            for c, v in values.items()
        },
    }


def final_table(summary: dict[str, dict], real: tuple[Quality, float] | None) -> str:
    """Return the table of the last steps: mean and standard deviation over the seeds per model."""
    lines = [
        "| model | steps | seeds | Fréchet distance | clearly a digit | coverage | digits drawn |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for model, facts in summary.items():
        cells = [
            f"{form.format(facts[c][0])} ± {form.format(facts[c][1])}"
            for c, form in COLUMNS.items()
        ]
        head = [TITLES[model], f"{facts['steps']:,}", str(len(facts["seeds"]))]
        lines.append(f"| {' | '.join(head + cells)} |")
    if real:
        cells = [form.format(getattr(real[0], c)) for c, form in COLUMNS.items()]
        lines.append(f"| real test digits | | | {' | '.join(cells)} |")
        lines.append(f"\nMeasuring 5,000 images took {real[1]:.1f} s of CPU time.")
    return "\n".join(lines)


def length_table(runs_of: dict[str, Runs]) -> str:
    """Return the table of earlier steps: means over the seeds, from 1,000 samples each."""
    lines = ["| model | step | seeds | Fréchet distance | clearly a digit | coverage |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for model, runs in runs_of.items():
        last = max(step for run in runs.values() for step in run)
        shared = set.intersection(*(set(run) for run in runs.values() if last in run))
        for step in sorted(shared - {last}):
            there = [run[step] for run in runs.values() if last in run]
            means = {c: np.mean([getattr(q, c) for q in there]) for c in list(COLUMNS)[:3]}
            cells = [COLUMNS[c].format(mean) for c, mean in means.items()]
            head = [TITLES[model], f"{step:,}", str(len(there))]
            lines.append(f"| {' | '.join(head + cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """Say when and with what the numbers were computed."""
    today = datetime.date.today().isoformat()
    return f"Computed {today} on {platform.machine()} with torch {torch.__version__}."


def note(summary: dict[str, dict]) -> str:
    """Return one line for students about the source of our values."""
    parts = [
        f"{TITLES[m]} {f['steps']:,} steps, {len(f['seeds'])} seeds" for m, f in summary.items()
    ]
    return (
        "Ours: mean ± standard deviation over training runs on all of MNIST "
        f"({'; '.join(parts)}); 5,000 samples of each."
    )
