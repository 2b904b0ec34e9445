"""Kept trainings: how they are made to fail, summed up, drawn, and turned into limits."""

import json

import numpy as np
import pytest
import torch

from benchmarks import calibrate_diagnosis, make_figures, quality, quality_tables
from benchmarks.calibrate_diagnosis import EXPECTED, healthy_indicators, history_of, limit_of
from benchmarks.failures import WAYS, Seldom, Way, run
from benchmarks.quality_tables import DOCS, TITLES, report, summarise, write_into_docs
from cs231n.data import load_mnist


@pytest.fixture(scope="module")
def data():
    return load_mnist(source="sample")


@pytest.fixture
def kept(tmp_path, data):
    """A folder of short stand-ins for full trainings: real digits, two seeds of each model."""
    rng = np.random.RandomState(231)
    digits = data.train_images.flatten(1).numpy()
    for model in TITLES:
        for seed in (0, 1):
            np.savez(
                tmp_path / f"{model}-{seed}.npz",
                records=np.abs(1 + 0.1 * rng.randn(600, 4)).astype(np.float32),
                step1=rng.randint(0, 256, (150, 784)).astype(np.uint8),
                step500=digits[150 * seed :][:150],
                final=digits[300 * seed :][:300],
            )
    return tmp_path


def test_kept_runs_are_measured_by_model_seed_and_step(kept):
    """Every stored moment of every run has its quality; the last has all of its samples."""
    found = quality.measure(kept)
    assert found.keys() == TITLES.keys() and set(found["dcgan"]) == {0, 1}
    assert list(found["lsgan"][1]) == [1, 500, 600]
    assert found["vanilla"][0][600].count == 300 and found["vanilla"][0][1].confident < 0.1


def test_summary_is_mean_and_sample_deviation(kept):
    """Spread is that of a sample over seeds; of a single seed it is zero."""
    runs = quality.measure(kept)["vanilla"]
    facts = summarise(runs)
    values = [runs[seed][600].frechet for seed in (0, 1)]
    assert facts["seeds"] == [0, 1] and facts["steps"] == 600
    assert facts["frechet"] == pytest.approx([np.mean(values), np.std(values, ddof=1)], abs=1e-4)
    assert summarise({0: runs[0]})["frechet"][1] == 0


def test_report_is_written_twice_with_the_same_result(kept, tmp_path, monkeypatch):
    """The tables land between their marks, the prose around them stays, numbers go into JSON."""
    docs, stored = tmp_path / "quality.md", tmp_path / "measured.json"
    docs.write_text(DOCS.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(quality_tables, "DOCS", docs)
    monkeypatch.setattr(quality_tables, "MEASURED", stored)
    found = quality.measure(kept)
    text = report(found, None, write=True)
    first = docs.read_text("utf-8")
    report(found, None, write=True)
    assert docs.read_text("utf-8") == first and text in first
    assert "| DCGAN | 600 | 2 |" in text and "| vanilla GAN | 500 | 2 |" in text
    assert json.loads(stored.read_text())["models"]["lsgan"]["seeds"] == [0, 1]
    write_into_docs("benchmarks/quality.py", "nothing")
    assert len(docs.read_text("utf-8")) < len(first)


def test_runs_in_bfloat16_get_a_table_of_their_own(kept, tmp_path, monkeypatch):
    """The float32 tables and the file that ships stay as they are."""
    docs, stored = tmp_path / "quality.md", tmp_path / "measured.json"
    docs.write_text(DOCS.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(quality_tables, "DOCS", docs)
    monkeypatch.setattr(quality_tables, "MEASURED", stored)
    text = report(quality.measure(kept), None, write=True, half=True)
    before, _, after = docs.read_text("utf-8").partition(
        "<!-- written by benchmarks/quality.py --bf16"
    )
    assert text in after and text not in before
    assert before == DOCS.read_text("utf-8")[: len(before)]
    assert not stored.exists()


def test_pictures_come_from_kept_runs(kept, tmp_path, monkeypatch, capsys):
    """With all three runs all pictures are drawn; without them those in question are left alone."""
    pictures, empty = tmp_path / "figures", tmp_path / "empty"
    pictures.mkdir()
    empty.mkdir()
    monkeypatch.setattr(make_figures, "FIGURES", pictures)
    always = {"transposed_convolution.png", "gradient_paths.png", "losses_of_a_score.png"}
    for folder, names in ((empty, always), (kept, None)):
        monkeypatch.setattr("sys.argv", ["make_figures", str(folder)])
        make_figures.main()
        found = {path.name for path in pictures.iterdir()}
        names = names or {*always, "samples.png", "progress.png"}
        assert found == names and all(name in capsys.readouterr().out for name in ["bytes"])


def test_seldom_steps_every_nth_time_or_never():
    """The stand-in for a forgotten or rare step passes on what it should."""
    weight = torch.nn.Parameter(torch.ones(1))
    for every, steps in ((0, 0), (1, 6), (3, 2)):
        weight.data.fill_(1)
        optimizer = Seldom(torch.optim.SGD([weight], lr=0.1), every)
        for _ in range(6):
            optimizer.zero_grad()
            weight.sum().backward()
            optimizer.step()
        assert weight.item() == pytest.approx(1 - 0.1 * steps)


def test_failing_run_is_stored_as_a_history(data):
    """A run without any step keeps its scores and shows it in its indicators."""
    arrays = run(Way(d_every=0, g_every=0, steps=3), "lsgan", 0, data)
    assert arrays["records"].shape == (3, 4) and arrays["final"].shape == (1000, 784)
    history = history_of(arrays, 3)
    assert history.sample_steps == (1, 3) and np.ptp(history.d_real) < 0.1
    assert len(history_of(arrays, 3, start=1).d_loss) == 2


def test_every_way_to_fail_is_expected_by_name():
    """Each failing way has a verdict and indicators of its own; the healthy one has none."""
    assert WAYS.keys() == {"healthy", *EXPECTED}


def test_healthy_runs_are_seen_on_the_way_and_at_the_end(kept):
    """Indicators cover many lengths, the second half and last the whole run with its quality."""
    with np.load(kept / "vanilla-0.npz") as arrays:
        found = healthy_indicators({name: arrays[name] for name in arrays.files})
    assert found[-1]["steps"] == 600 and found[-1]["digits"] == 10
    assert [s["steps"] for s in found[:3]] == [200, 250, 300]


def test_limit_lies_between_and_overlap_is_refused():
    """The limit is the geometric mean of the closest values; ranges that overlap have none."""
    healthy = {"vanilla": [{"steps": 900, "gray": 0.4}, {"steps": 900, "gray": 0.9}]}
    assert limit_of("gray", healthy, [0.0, 0.1])["limit"] == pytest.approx(0.2)
    with pytest.raises(SystemExit, match=r"gray: failed runs reach 0\.5, healthy ones 0\.4"):
        limit_of("gray", healthy, [0.5])
    assert calibrate_diagnosis.is_asked("gray", {"steps": 900})
