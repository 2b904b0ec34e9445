"""Measure the cost of one update of the live figure in a real kernel: drawing, PNG, sending.

    python -m benchmarks.figure [--updates 40] [--json FILE]

Each update follows 50 more steps of a run of 3,900, with new samples, as on a fast machine. Real
digits replace the samples; they compress like those of a trained generator.
"""

import argparse
import json
from pathlib import Path

from jupyter_client.manager import start_new_kernel

TOP = Path(__file__).resolve().parents[1]
CODE = """
import json, time, torch
from cs231n.data import load_mnist
from cs231n.training.history import Log, Step
from cs231n.training.live_figure import LiveFigure

digits = load_mnist(source="sample").train_images.flatten(1).float() / 127.5 - 1
log, figure, seconds = Log(), LiveFigure("Vanilla GAN"), {"wall": [], "cpu": []}
for update in range(UPDATES):
    for step in range(50 * update + 1, 50 * update + 51):
        samples = digits[step : step + 16] if step % 50 == 0 else None
        log.add(Step(step, 1, 3900, *torch.rand(4), samples=samples))
    wall, cpu = time.perf_counter(), time.process_time()
    figure.update(log)
    seconds["wall"].append(time.perf_counter() - wall)
    seconds["cpu"].append(time.process_time() - cpu)
print("FIGURES", json.dumps(seconds))
"""


def measure(updates: int) -> dict[str, list[float]]:
    """Return the seconds of each update, by the clock ("wall") and of processor time ("cpu")."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(TOP))
    lines = []

    def collect(message: dict) -> None:
        if message["header"]["msg_type"] == "stream":
            lines.extend(message["content"]["text"].splitlines())

    try:
        code = CODE.replace("UPDATES", str(updates))
        client.execute_interactive(code, output_hook=collect, timeout=300)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    found = [line for line in lines if line.startswith("FIGURES")]
    if not found:
        raise RuntimeError(f"expected a line FIGURES from the kernel; found {lines[-3:]}")
    return json.loads(found[0].removeprefix("FIGURES"))


def main() -> None:
    """Print the first, the median and the slowest update."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--updates", type=int, default=40)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    found = measure(options.updates)
    summary = {}
    for kind, seconds in found.items():
        first, rest = seconds[0], sorted(seconds[1:])
        summary[kind] = {"first": first, "median": rest[len(rest) // 2], "slowest": rest[-1]}
        figures = ", ".join(f"{name} {1000 * s:.0f} ms" for name, s in summary[kind].items())
        print(f"{kind:5} {figures}")
    if options.json:
        options.json.write_text(json.dumps({"updates": options.updates, **summary}) + "\n")


if __name__ == "__main__":
    main()
