"""Check that every notebook is stored as nbformat writes it, without outputs; --write repairs it.

Diffs of a canonical notebook show only what its author changed. A block of code in the text whose
first line names a file, such as "# cs231n/training/loop.py", contains that file's lines between the
marks "the loop" and "end of the loop", numbered.
"""

import re
import sys
import textwrap
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]


PRINTED = re.compile(r"```python\n# (\S+\.py)\n.*?```", re.DOTALL)
BEGIN, END = "# --- the loop ---\n", "# --- end of the loop ---"


def printed_loop(file: str) -> str:
    """Return the marked lines of a file, those with code numbered from 1."""
    marked = (ROOT / file).read_text("utf-8").split(BEGIN)[1].split(END)[0]
    lines, number = [f"# {file}"], 0
    for line in textwrap.dedent(marked.rstrip(" ")).splitlines():
        is_code = not line.lstrip().startswith("#")
        number += is_code
        lines.append(f"{number if is_code else '':>2}  {line}")
    return "\n".join(lines)


def canonical(text: str) -> str:
    """Return the notebook in canonical form: printed loops, no outputs, nbformat's layout."""
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = PRINTED.sub(
                lambda block: f"```python\n{printed_loop(block[1])}\n```", cell.source
            )
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def main(arguments: list[str]) -> int:
    """Check or repair the notebooks of the repository and return the exit status."""
    changed = []
    for path in sorted(ROOT.glob("*.ipynb")):
        text = path.read_text("utf-8")
        if text != (wanted := canonical(text)):
            changed.append(path)
            if "--write" in arguments:
                path.write_text(wanted, "utf-8", newline="\n")
    for path in changed:
        verb = "rewrote" if "--write" in arguments else "not canonical"
        print(f"{path.name}: {verb}; `python .ci/notebooks.py --write` repairs it", file=sys.stderr)
    return int(bool(changed) and "--write" not in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
