"""Check that every notebook is stored as nbformat writes it, without outputs; --write repairs it.

Diffs of a canonical notebook show only what its author changed.
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]


def canonical(text: str) -> str:
    """Return the notebook in canonical form: no outputs, no counts, nbformat's layout."""
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
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
