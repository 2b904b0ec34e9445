"""The chapter "Break it" of both notebooks: each experiment runs, and its text names the cause."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n import analysis, data, training

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = {
    "gans": ("GANs-PyTorch.ipynb", "gan_pytorch", {"NOISE_DIM": 96}),
    "first-gan": ("First-GAN.ipynb", "first_gan", {"Z_DIM": 64, "BREAK_RATE": 2e-4}),
}
# What the explanation of each experiment must say.
CAUSES = {
    "detach nothing": ("zero_grad", "clears that gradient", "costs more"),
    "swap the labels": ("Both losses fall to zero", "labels"),
    "train D four times": ("ahead", "further apart"),
    "forget zero_grad": ("sum of all gradients", "missing line is the cause"),
    "one optimizer": ("undoes in one half", "log 2"),
    "saturating loss": ("negative", "slope of the loss is close to zero"),
}


@pytest.fixture(scope="module", params=NOTEBOOKS)
def chapter(request):
    """Sources of the chapter's cells by id, and a namespace in which its loop can run."""
    notebook, module, sizes = NOTEBOOKS[request.param]
    cells = {c.id: c.source for c in nbformat.read(ROOT / notebook, as_version=4).cells}
    torch.manual_seed(0)
    images = torch.randint(0, 256, (256, 1, 28, 28), dtype=torch.uint8)
    names = {module: load_solution(find_assignment(request.param))}
    for package in (analysis, data, training):
        names |= {name: getattr(package, name) for name in package.__all__}
    loader = data.MemoryLoader(images, torch.zeros(256).long(), 128)
    names |= {"torch": torch, "device": "cpu", "BATCH_SIZE": 128, "loader_train": loader, **sizes}
    return cells, names


def experiments(cells: dict[str, str]) -> dict[str, str]:
    """Return id of the code cell by mistake."""
    calls = {id: re.fullmatch(r'break_it\("(.+)"\)', source) for id, source in cells.items()}
    return {call[1]: id for id, call in calls.items() if call}


def test_each_experiment_runs_and_changes_what_it_says(chapter, monkeypatch):
    """Three steps of each: from the same seed, the records differ from those without a mistake.

    Only "detach nothing" leads to the same numbers, as its text says.
    """
    monkeypatch.setenv("GANS_SHORT", "3")
    cells, names = chapter
    histories = []
    names["watch"] = lambda records, title: (
        histories.append(training.watch(records, title)) or (histories[-1])
    )
    names["diagnose"] = lambda *args, **options: None
    exec(cells["break-loop"], names)
    records = {}
    for mistake in (None, *experiments(cells)):
        torch.manual_seed(1)
        names["break_it"](mistake)
        history = histories.pop()
        assert len(history.d_loss) == 3
        records[mistake] = np.stack([history.d_loss, history.g_loss])
    same = [m for m, numbers in records.items() if np.allclose(numbers, records[None], rtol=1e-4)]
    assert same == [None, "detach nothing"]


def test_diagnosis_reads_an_experiment(chapter, monkeypatch):
    """break_it returns a diagnosis, and the short run is mentioned."""
    monkeypatch.setenv("GANS_SHORT", "2")
    cells, names = chapter
    names |= {"watch": training.watch, "diagnose": analysis.diagnose}
    exec(cells["break-loop"], names)
    found = names["break_it"]("swap the labels")
    assert found.code == "too_early" and "Measured on" in found.words


def test_each_explanation_names_the_cause(chapter):
    """All six experiments are there; question before, explanation folded behind."""
    cells, _ = chapter
    found = experiments(cells)
    assert set(found) == set(CAUSES)
    for mistake, words in CAUSES.items():
        text = cells[f"{found[mistake]}-seen"].replace("\\", "")
        assert text.startswith("<details><summary>") and text.endswith("</details>")
        assert all(word in text for word in words), (mistake, text)
        assert cells[f"{found[mistake]}-text"].endswith("?")
