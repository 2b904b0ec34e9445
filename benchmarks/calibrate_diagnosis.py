"""Find the limits of `cs231n/analysis/diagnosis.py` from runs that went well and runs that failed.

    python -m benchmarks.calibrate_diagnosis KEPT FAILURES [--write]

KEPT holds full trainings (`benchmarks.quality train`), FAILURES short ones (`benchmarks.failures`).
A healthy run is looked at after every 50th step from MIN_STEPS on (kept ones have samples of every
500th), and a failed one at its end. A limit is the geometric mean of the closest values on both
sides; indicators that do not tell the two apart are an error. Prints the ranges and how often each
failure is recognised; --write puts the limits into the file that ships and the tables into
docs/quality.md.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.quality_tables import machine, write_into_docs
from cs231n.analysis.diagnosis import (
    DIGITS_COUNT,
    FROM_STEP,
    LIMITS,
    MIN_STEPS,
    Indicators,
    find_code,
    find_indicators,
)
from cs231n.analysis.quality import digit_quality
from cs231n.data import load_mnist
from cs231n.training.history import History

EVERY = 50
# What each failure must be called, and the indicators that show it.
EXPECTED = {
    "no_step": ("nothing_moves", ["d_moved", "g_moved"]),
    "no_d_step": ("d_still", ["d_moved"]),
    "no_g_step": ("g_still", ["g_moved"]),
    "high_rate": ("saturated", ["gray"]),
    "sum_high_rate": ("saturated", ["gray"]),
    "large_outputs": ("saturated", ["gray"]),
    "d_much_more": ("d_won", ["d_level"]),
    "collapse": ("collapse", ["variety"]),
}


def history_of(arrays, steps: int, start: int = 0) -> History:
    """Steps `start` to `steps` of a stored run as a history; 16 samples of each stored moment."""
    if "samples" in arrays:
        moments = dict(zip(arrays["sample_steps"].tolist(), arrays["samples"], strict=True))
    else:
        moments = {int(n[4:]): arrays[n][:16] for n in arrays if n.startswith("step")}
        moments[len(arrays["records"])] = arrays["final"][:16]
    there = sorted(step for step in moments if start < step <= steps)
    samples = tuple(moments[step] / 127.5 - 1 for step in there)
    records = arrays["records"][start:steps].astype(float).T
    return History(*records, samples, tuple(there), 0.0, False)


def read(folder: Path) -> Iterator[tuple[str, dict]]:
    """Name without its seed, and arrays, of each run in a folder."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as arrays:
            yield path.stem.rsplit("-", 1)[0], {n: arrays[n] for n in arrays.files}


def healthy_indicators(arrays) -> list[Indicators]:
    """The indicators of a run that went well, at many lengths; the last ones with the quality.

    A run that is continued starts with images that are good already: only its second half is seen.
    """
    total = len(arrays["records"])
    found = [find_indicators(history_of(arrays, n)) for n in range(MIN_STEPS, total, EVERY)]
    later = find_indicators(history_of(arrays, total, total // 2))
    moved = {name: value for name, value in later.items() if name.endswith("moved")}
    moments = {int(n[4:]): arrays[n] for n in arrays if n.startswith("step")}
    moments[total] = arrays["final"][:1000]
    measured = [
        find_indicators(history_of(arrays, n), digit_quality(images))
        for n, images in sorted(moments.items())
        if n >= MIN_STEPS
    ]
    return [*found, {"steps": total // 2, **moved}, *measured]


def few_digits() -> list[float]:
    """Digits drawn by generators that draw one to five of the ten well: real digits stand in."""
    data, found = load_mnist(source="sample"), []
    for kinds in range(1, 6):
        for start in range(10):
            chosen = torch.isin(data.train_labels, (torch.arange(kinds) + start) % 10)
            found.append(float(digit_quality(data.train_images[chosen][:1000]).digits))
    return found


def is_asked(indicator: str, indicators: Indicators) -> bool:
    """Whether the rule of this indicator is asked at all of a run with these indicators."""
    if indicator == "digits":
        return indicators.get("confident", 0) >= DIGITS_COUNT
    return indicator.endswith("moved") or indicators["steps"] >= FROM_STEP[indicator]


def limit_of(indicator: str, healthy: dict[str, list[Indicators]], failed: list[float]) -> dict:
    """The limit of an indicator: the geometric mean of the closest two values on its two sides."""
    good = {
        model: [s[indicator] for s in indicators if indicator in s and is_asked(indicator, s)]
        for model, indicators in healthy.items()
    }
    ranges = {m: [round(min(v), 5), round(max(v), 5)] for m, v in good.items() if v}
    low, high = max(failed), min(least for least, _ in ranges.values())
    if low >= high:
        raise SystemExit(
            f"{indicator}: failed runs reach {low:.3g}, healthy ones {high:.3g}: no limit"
        )
    limit = float(np.sqrt(max(low, high / 100) * high))  # 0 has no geometric mean
    return {
        "limit": float(f"{limit:.3g}"),
        "healthy": ranges,
        "failed": [round(min(failed), 5), round(low, 5)],
    }


def calibrate(
    healthy: dict[str, list[Indicators]], failures: dict[str, list[Indicators]]
) -> dict[str, dict]:
    """Sign -> its limit, and the ranges that it was found from."""
    failed: dict[str, list[float]] = defaultdict(list)
    for name, runs in failures.items():
        for indicator in EXPECTED[name.split("-")[0]][1]:
            failed[indicator] += [indicators[indicator] for indicators in runs]
    failed["digits"] = few_digits()
    return {
        indicator: limit_of(indicator, healthy, values)
        for indicator, values in sorted(failed.items())
    }


def table_of_indicators(indicators: dict[str, dict]) -> str:
    """One row per indicator."""
    lines = ["| indicator | failed runs | limit | healthy runs |", "|---|--:|--:|--:|"]
    for indicator, facts in indicators.items():
        low, high = facts["failed"]
        least = min(low for low, _ in facts["healthy"].values())
        most = max(high for _, high in facts["healthy"].values())
        lines.append(
            f"| `{indicator}` | {low:.3g} to {high:.3g} | {facts['limit']:.3g} "
            f"| {least:.3g} to {most:.3g} |"
        )
    return "\n".join(lines)


def table_of_runs(
    healthy: dict[str, list[list[Indicators]]],
    failures: dict[str, list[Indicators]],
    limits: Indicators,
) -> str:
    """What each kind of run is called, by the limits just found."""
    lines = ["| runs | model | number | called |", "|---|---|--:|---|"]

    def row(way: str, model: str, indicators: list[Indicators]) -> None:
        codes = Counter(find_code(s, limits) for s in indicators).most_common()
        called = ", ".join(f"`{code}` {count}" for code, count in codes)
        lines.append(f"| {way} | {model} | {len(indicators)} | {called} |")

    for model, runs in healthy.items():
        row("healthy, at the end", model, [run[-1] for run in runs])
        row("healthy, on the way", model, [s for run in runs for s in run[:-1]])
    for name, runs in failures.items():
        row(*name.split("-"), runs)
    return "\n".join(lines)


def main() -> None:
    """Calibrate, then judge every run by the limits found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kept", type=Path)
    parser.add_argument("failures", type=Path)
    parser.add_argument("--write", action="store_true", help="into the docs and the shipped file")
    options = parser.parse_args()
    healthy, failures = defaultdict(list), defaultdict(list)
    for name, arrays in [*read(options.kept), *read(options.failures)]:
        way, _, model = name.rpartition("-")
        if way in ("", "healthy"):
            healthy[model].append(healthy_indicators(arrays))
        else:
            failures[name].append(find_indicators(history_of(arrays, len(arrays["records"]))))
    flat = {model: [s for run in runs for s in run] for model, runs in healthy.items()}
    indicators = calibrate(flat, failures)
    limits = {indicator: facts["limit"] for indicator, facts in indicators.items()}
    text = "\n\n".join(
        [machine(), table_of_indicators(indicators), table_of_runs(healthy, failures, limits)]
    )
    print(text)
    if options.write:
        write_into_docs("benchmarks/calibrate_diagnosis.py", text)
        how = "benchmarks/calibrate_diagnosis.py: docs/quality.md says how and from which runs"
        stored = {"how": how, "when": machine(), "indicators": indicators}
        LIMITS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
