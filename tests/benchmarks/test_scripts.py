"""Every benchmark starts, as a script and as a module."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_benchmark_is_importable():
    """No benchmark imports a name that does not exist any more."""
    for path in sorted((ROOT / "benchmarks").glob("*.py")):
        importlib.import_module(f"benchmarks.{path.stem}")


@pytest.mark.slow
@pytest.mark.parametrize("form", [["{root}/benchmarks/scale.py"], ["-m", "benchmarks.scale"]])
def test_a_benchmark_starts_in_both_forms(form, tmp_path):
    """`python benchmarks/NAME.py` and `python -m benchmarks.NAME` both find their imports.

    The folder of the process is another one, so that it cannot provide them.
    """
    ran = subprocess.run(
        [sys.executable, *(word.format(root=ROOT) for word in form), "--help"],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0 and ran.stdout.startswith("usage: "), ran.stderr
