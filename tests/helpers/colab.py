"""A stand-in for Google Colab: its Python side is faked, the kernel and the notebook are real.

    PYTHONPATH=.:tests python -m helpers.colab FOLDER [--python ENV/bin/python] [--short 20]

runs the whole student's notebook in FOLDER as on Colab: it starts with nothing but the notebook,
uploads the student zip and ends with the zip to hand in. ENV needs ipykernel and requirements.txt,
and should have Colab's versions (docs/frontends.md).
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import nbformat

from autograder.config import find_assignment
from autograder.release.course import lay_student_folder, write_student_zip

ASSIGNMENT = find_assignment("gans")
FAKE = {
    "sitecustomize.py": "import google.colab  # Colab's kernel has done so before the first cell\n",
    "google/colab/__init__.py": "",
    "google/colab/drive.py": """
from pathlib import Path

def mount(mountpoint):
    Path(mountpoint, "MyDrive").mkdir(parents=True, exist_ok=True)
""",
    "google/colab/files.py": """
import os
from pathlib import Path

def upload():
    content = Path(os.environ["FAKE_UPLOAD"]).read_bytes()
    Path("gans-student.zip").write_bytes(content)  # the real one leaves a copy as well
    return {"gans-student.zip": content}

def download(filename):
    with open(os.environ["FAKE_DOWNLOADS"], "a") as log:
        log.write(f"{filename}\\n")
""",
    "google/colab/_message.py": """
import json, os
from pathlib import Path

def blocking_request(request_type, request="", timeout_sec=5):
    assert request_type == "get_ipynb"
    return {"ipynb": json.loads(Path(os.environ["FAKE_NOTEBOOK"]).read_text("utf-8"))}
""",
}


class Colab:
    """A machine of Colab's in a folder: `content` is where its kernel starts.

    Args:
        folder: new or empty; everything happens below it.
        answers: grade_id -> text that the student has written into the notebook in the browser.
    """

    def __init__(self, folder: Path, answers: dict[str, str] | None = None):
        self.content, self.fake = folder / "content", folder / "fake"
        self.downloads, self.browser = folder / "downloads.txt", folder / "browser.ipynb"
        self.zip = folder / "gans-student.zip"
        self.content.mkdir(parents=True)
        for name, text in FAKE.items():
            (self.fake / name).parent.mkdir(parents=True, exist_ok=True)
            (self.fake / name).write_text(text.lstrip(), "utf-8")
        lay_student_folder(ASSIGNMENT, folder / "student")
        write_student_zip(folder / "student", ASSIGNMENT.name, self.zip)
        shutil.copyfile(ASSIGNMENT.repository / ASSIGNMENT.notebook, self.browser)
        if answers:
            notebook = json.loads(self.browser.read_text("utf-8"))
            for cell in notebook["cells"]:
                name = cell["metadata"].get("nbgrader", {}).get("grade_id")
                cell["source"] = answers.get(name, cell["source"])
            self.browser.write_text(json.dumps(notebook), "utf-8")

    def environment(self) -> dict[str, str]:
        """What a kernel here is started with."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.fake),
            "FAKE_UPLOAD": str(self.zip),
            "FAKE_DOWNLOADS": str(self.downloads),
            "FAKE_NOTEBOOK": str(self.browser),
            "GANS_DATA": "sample",
            "OMP_NUM_THREADS": "1",  # threads that wait for each other crawl on a busy machine
        }

    def cells(self, *ids: str) -> list:
        """Code cells of the notebook, by id; all of them if none is named."""
        notebook = nbformat.read(ASSIGNMENT.repository / ASSIGNMENT.notebook, as_version=4)
        chosen = [c for c in notebook.cells if c.cell_type == "code" and (not ids or c.id in ids)]
        for cell in chosen:
            cell.source = cell.source.replace("/content", str(self.content))
        return chosen

    def run(self, cells: list, python: str = sys.executable, short: int = 3):
        """Run cells in a kernel of `python`; the notebook with their outputs.

        Raises:
            nbclient.exceptions.CellExecutionError: a cell failed.
        """
        from jupyter_client.manager import AsyncKernelManager
        from nbclient import NotebookClient

        notebook = nbformat.v4.new_notebook(cells=cells)
        manager = AsyncKernelManager(kernel_name="python3")
        manager.kernel_spec.argv[0] = python
        environment = {**self.environment(), "GANS_SHORT": str(short)}
        client = NotebookClient(notebook, km=manager, timeout=300)
        client.owns_km = True  # or it would leave the kernel running
        client.execute(cwd=str(self.content), env=environment)
        return notebook


def again(cell):
    """The same cell once more."""
    return nbformat.v4.new_code_cell(cell.source)


def solve(place: str = "cs231n/gan_pytorch.py"):
    """A cell in which the student's work happens: the solution is written into the file."""
    code = f"import shutil\n_ = shutil.copyfile({str(ASSIGNMENT.solution)!r}, {place!r})"
    return nbformat.v4.new_code_cell(code)


def main() -> None:
    """Run everything; print versions, what each check said, and the receipt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="new; everything happens in it")
    parser.add_argument("--python", default=sys.executable, help="of the environment to try")
    parser.add_argument("--short", type=int, default=20, help="steps of each training")
    options = parser.parse_args()
    colab = Colab(options.folder.resolve())
    versions = (
        "import sys, IPython, ipykernel, torch, numpy, matplotlib\n"
        "print('Python', sys.version.split()[0])\n"
        "for m in (IPython, ipykernel, torch, numpy, matplotlib): print(m.__name__, m.__version__)"
    )
    cells = colab.cells()
    early = [again(cell) for cell in cells if cell.id == "check-sample-noise"]
    at = [cell.id for cell in cells].index("setup") + 1
    cells[at:at] = [*early, solve()]  # a blank file first, so that autoreload has something to do
    done = colab.run([nbformat.v4.new_code_cell(versions), *cells], options.python, options.short)
    for cell in done.cells:
        for output in cell.outputs:
            text = output.get("text") or output["data"].get("text/plain", "")
            print(text.rstrip())
    print("offered as download:", colab.downloads.read_text().strip())


if __name__ == "__main__":
    main()
