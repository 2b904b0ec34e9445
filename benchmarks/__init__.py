"""Measurements of speed, memory and quality; `python -m benchmarks.NAME` prints a table.

`python benchmarks/NAME.py` works as well, because `make setup` installs this folder as a package.
The tests check results; only the benchmarks measure time.
"""
