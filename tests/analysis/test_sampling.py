"""Sampling: the noise, the generator left unchanged, and lines between two samples."""

import pytest
import torch
from torch import nn

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.analysis import sampling
from cs231n.analysis.sampling import (
    count_note,
    draw_noise,
    draw_samples,
    generate,
    interpolation,
    sample_count,
    show_interpolation,
)
from helpers.generators import Linear, make_generator
from helpers.screen import Screen, picture


@pytest.fixture(scope="module")
def solution():
    """The reference solution of First-GAN as a module."""
    return load_solution(find_assignment("first-gan"))


def small_generator(solution) -> nn.Module:
    """A small generator of First-GAN, seeded."""
    torch.manual_seed(0)
    return solution.Generator(5, hidden_dim=4)


def test_sampling_leaves_no_trace():
    """Weights, running statistics, modes and the global random numbers stay as they were."""
    G, state = make_generator(), torch.get_rng_state()
    before = {k: v.clone() for k, v in G.state_dict().items()}
    images = draw_samples(G, 300)
    assert images.shape == (300, 784) and not images.requires_grad and not G.training
    assert all(torch.equal(v, before[k]) for k, v in G.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("short", "count"), [("", 5_000), ("20", 200), ("digits", 5_000)])
def test_only_a_trial_run_draws_fewer_samples(monkeypatch, short, count):
    """A few steps are not worth 5,000 samples; the short mode that ends in digits is."""
    monkeypatch.setenv("GANS_SHORT", short)
    assert sample_count() == count
    because = ", because GANS_SHORT=20" if short == "20" else ""
    assert count_note(count) == f"Measured on {count:,} samples{because}."


def test_sampling_is_that_of_training():
    """Samples are those of train mode with batches of 128, also for a network made for 128 only."""
    noise, G = draw_noise(256), make_generator().train()
    expected = torch.cat([G(z) for z in noise.split(128)]).detach()
    assert torch.equal(draw_samples(G, 256), expected)
    assert torch.equal(draw_samples(make_generator(fixed=128), 200)[:128], expected[:128])


def test_narrow_noise_keeps_its_narrowness():
    """Among ordinary noise BatchNorm does not blow narrow noise up again."""
    G, noise = make_generator(), 0.01 * draw_noise(128)
    alone, among = generate(G, noise).std(dim=0).mean(), generate(G, noise, 8).std(dim=0).mean()
    assert among < 0.2 * alone


def test_sampling_restores_after_an_error():
    """A generator that raises is left in its own mode."""
    G = make_generator(fixed=7)
    with pytest.raises(RuntimeError):
        draw_samples(G, 128)
    assert not G.training


def test_interpolation_is_a_straight_line():
    """The first and last image of a row belong to two noise vectors, the others lie between."""
    images = interpolation(Linear(), rows=3, steps=5)
    ends = draw_noise(6).reshape(3, 2, 96)
    assert images.shape == (3, 5, 784)
    torch.testing.assert_close(images[:, 0, :96], ends[:, 0])
    torch.testing.assert_close(images[:, -1, :96], ends[:, 1])
    torch.testing.assert_close(images[:, 2, :96], ends.mean(dim=1))


def test_truncated_noise_has_no_tails(solution):
    """Every number is within the limit, and its distribution is the normal one cut there."""
    noise = sampling.truncated_noise(solution.get_noise, 2000, 8, 1.0)
    assert noise.shape == (2000, 8) and noise.abs().max() <= 1
    assert noise.std() == pytest.approx(0.540, abs=0.02)  # of the normal law cut at one
    with pytest.raises(ValueError, match=r"expected numbers within 0.5"):
        sampling.truncated_noise(lambda n, z, device: torch.ones(n, z), 3, 2, 0.5)


def test_paths_lead_from_one_image_to_another(solution):
    """The ends of a row are the images of its two vectors; the generator stays in train mode."""
    gen = small_generator(solution)
    ends = torch.randn(2, 3, 5)
    images = sampling.paths(gen, ends, steps=4).reshape(3, 4, 784)
    torch.testing.assert_close(images[:, 0], sampling.images_of(gen, ends[0]))
    torch.testing.assert_close(images[:, -1], sampling.images_of(gen, ends[1]))
    assert gen.training and not images.requires_grad


def test_interpolation_shows_one_picture_with_a_text_alternative(monkeypatch):
    """The output is one PNG, and its text says how many rows of how many images it has."""
    screen = Screen(monkeypatch)
    show_interpolation(make_generator(), rows=2, steps=3)
    [[(bundle, _)]] = screen.outputs
    assert picture(bundle).startswith(b"\x89PNG")
    assert bundle["text/plain"].startswith("2 rows of 3 images")


def test_interpolation_shows_nothing_outside_a_notebook(capsys):
    """Without a kernel nothing is shown or written."""
    assert show_interpolation(make_generator(), rows=1, steps=2) is None
    assert capsys.readouterr() == ("", "")
