"""Comparison: generators beside each other, beside the measured values, and narrower noise."""

import json
import re

import pytest
import torch
from matplotlib.text import Text
from torch import nn

from cs231n.analysis.comparison import (
    COLUMNS,
    MEASURED,
    compare,
    measured,
    narrowing,
    show_narrowing,
)
from cs231n.analysis.sampling import draw_noise
from cs231n.display import comparison_figure
from helpers.generators import Linear
from helpers.screen import Screen, picture


def make_generator() -> nn.Module:
    torch.manual_seed(231)
    layers = nn.Linear(96, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Linear(64, 784), nn.Tanh()
    return nn.Sequential(*layers)


@pytest.fixture
def screen(monkeypatch):
    return Screen(monkeypatch)


def test_comparison_sets_known_models_beside_the_measured_values():
    """The table has a row per generator; only models that were measured have our values."""
    found = compare(count=200, vanilla=make_generator(), mine=make_generator())
    text = repr(found)
    head, vanilla, mine, note = text.split("\n")
    mean, deviation = measured()["models"]["vanilla"]["frechet"]
    assert f"(ours: {mean:.1f} ± {deviation:.1f})" in vanilla and "ours" not in mine
    assert head.startswith("model") and note == f"Measured on 200 samples. {measured()['note']}"
    assert "<table>" in found._repr_html_() and "<td>mine</td>" in found._repr_html_()


def test_measured_values_are_whole():
    """Each model of the file has its seeds, and mean and spread of every number."""
    for facts in json.loads(MEASURED.read_text("utf-8"))["models"].values():
        assert facts["seeds"] == sorted(set(facts["seeds"])) and facts["steps"] > 1000
        for column in COLUMNS:
            mean, deviation = facts[column]
            assert mean > 0 and deviation >= 0


def test_narrowing_scales_the_noise():
    """Every width draws the same noise, times its width."""
    found = narrowing(Linear(), widths=(1, 0.5), count=100)
    torch.testing.assert_close(found.samples[1], 0.5 * found.samples[0])
    torch.testing.assert_close(found.samples[0][:, :96], draw_noise(100)[:10])


def test_narrowing_lowers_variety():
    """With BatchNorm too narrower noise makes the samples more alike, step by step."""
    G = make_generator()
    before = {k: v.clone() for k, v in G.state_dict().items()}
    found = narrowing(G, widths=(1, 0.5, 0.1), count=128)
    spread = found.samples.var(dim=1).sum(dim=1)
    assert spread[0] > 1.3 * spread[1] > 1.3 * 1.3 * spread[2]
    assert all(torch.equal(v, before[k]) for k, v in G.state_dict().items())
    assert [label.split(":")[0] for label in found.labels] == [
        "noise in (-1, 1)",
        "noise in (-0.5, 0.5)",
        "noise in (-0.1, 0.1)",
    ]


def test_comparison_shows_one_picture_with_its_numbers_in_words(screen):
    """Each call makes one output whose text alternative says what the picture shows."""
    G = make_generator()
    show_narrowing(G, widths=(1, 0.5), count=100)
    compare(count=100, vanilla=G, mine=G)
    [(note, _)], *pictures = screen.outputs
    assert note["text/plain"] == (
        "Measured on 100 samples for each row; `compare` and `diagnose` measure 5,000, and more "
        "samples cover more real digits."
    )
    alts = []
    for [(bundle, _)] in pictures:
        assert picture(bundle).startswith(b"\x89PNG")
        alts.append(bundle["text/plain"])
    assert re.search(r"noise in \(-0.5, 0.5\): clearly a digit \d+%, coverage \d+%", alts[0])
    assert "Fréchet distance" in alts[1] and "mine" in alts[1] and "ours" in alts[1]


def test_numbers_are_below_the_bars_and_the_points_have_a_legend():
    """No label covers a bar: each number stands below its model's name, in 9 points or more."""
    G = make_generator()
    found = compare(count=100, vanilla=G, mine=G)
    samples = {name: torch.zeros(16, 784) for name in found.qualities}
    figure = comparison_figure(samples, found, COLUMNS)
    bars = figure.subfigs[1]
    names = [label.get_text().split("\n")[0] for label in bars.axes[0].get_xticklabels()]
    assert names == ["vanilla", "mine"] and not any(axes.texts for axes in bars.axes)
    [legend] = bars.legends
    assert "this project's own training runs" in legend.get_texts()[0].get_text()
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= 9


def test_narrowing_shows_nothing_outside_a_notebook(capsys):
    """Without a kernel nothing is shown or written."""
    assert show_narrowing(make_generator(), widths=(1,), count=100) is None
    assert capsys.readouterr() == ("", "")
