"""Exploration: paths between noise vectors, narrower noise, and what the notebook shows of them."""

import re

import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from torch import nn

from cs231n.analysis.comparison import compare
from cs231n.analysis.explore import interpolation, narrowing, show_interpolation, show_narrowing
from cs231n.analysis.sampling import draw_noise
from cs231n.display import images_figure, rows_figure
from helpers.screen import Screen, picture


class Linear(nn.Module):
    """A generator that shows its noise: pixel k is z[k], the others are black."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(784, 96))

    def forward(self, z):
        return z @ self.weight.T


def make_generator() -> nn.Module:
    torch.manual_seed(231)
    layers = nn.Linear(96, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Linear(64, 784), nn.Tanh()
    return nn.Sequential(*layers)


@pytest.fixture
def screen(monkeypatch):
    return Screen(monkeypatch)


def test_interpolation_is_a_straight_line():
    """The first and last image of a row belong to two noise vectors, the others lie between."""
    images = interpolation(Linear(), rows=3, steps=5)
    ends = draw_noise(6).reshape(3, 2, 96)
    assert images.shape == (3, 5, 784)
    torch.testing.assert_close(images[:, 0, :96], ends[:, 0])
    torch.testing.assert_close(images[:, -1, :96], ends[:, 1])
    torch.testing.assert_close(images[:, 2, :96], ends.mean(dim=1))


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
    assert [label.split(":")[0] for label in found.labels] == ["width 1", "width 0.5", "width 0.1"]


def test_exploration_shows_one_picture_with_its_numbers_in_words(screen):
    """Each call makes one output whose text alternative says what the picture shows."""
    G = make_generator()
    show_interpolation(G, rows=2, steps=3)
    show_narrowing(G, widths=(1, 0.5), count=100)
    compare(count=100, vanilla=G, mine=G)
    alts = []
    for [(bundle, _)] in screen.outputs:
        assert picture(bundle).startswith(b"\x89PNG")
        alts.append(bundle["text/plain"])
    assert alts[0].startswith("2 rows of 3 images")
    assert re.search(r"width 0.5: clearly a digit \d+%, coverage \d+%", alts[1])
    assert "Frechet distance" in alts[2] and "mine" in alts[2] and "ours" in alts[2]


def test_exploration_draws_nothing_outside_of_a_notebook(capsys):
    """Without a kernel nothing is shown or written."""
    assert show_interpolation(make_generator(), rows=1, steps=2) is None
    assert show_narrowing(make_generator(), widths=(1,), count=100) is None
    assert capsys.readouterr() == ("", "")


def test_many_images_get_a_larger_picture():
    """Up to 81 images the picture is small; 400 get a pixel for each of theirs."""
    small, large = (images_figure(torch.zeros(n, 784)).get_figwidth() for n in (81, 400))
    assert small == 3.6 and large * 80 >= 20 * 30


def test_rows_keep_their_order():
    """The image of row r and place k is drawn in row r at place k."""
    images = torch.full((2, 3, 784), -1.0)
    images[1, 2] = 1.0
    figure = rows_figure(images, ["first", "second"])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    last = figure.axes[1].images[0].get_array()
    assert (
        last[15, 75] == 1 and last[15, 15] == 0 and figure.axes[0].images[0].get_array().max() == 0
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["first", "second"]
