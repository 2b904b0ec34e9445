"""How good are the digits: the classifier, the Fréchet distance, coverage, and what is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from cs231n.analysis import classifier as features
from cs231n.analysis import quality
from cs231n.analysis.classifier import FeaturesError, describe, reference
from cs231n.analysis.quality import as_pixels, coverage, digit_quality, frechet_distance, quality_of
from cs231n.data import load_mnist
from helpers.generators import make_generator


@pytest.fixture(scope="module")
def digits():
    """(12000, 1, 28, 28) uint8: real training digits, in mixed order."""
    return load_mnist(source="sample").train_images


@pytest.fixture(scope="module")
def real(digits):
    return digit_quality(digits[:2000])


def test_classifier_knows_real_digits():
    """On validation digits the shipped classifier is right in 98 of 100 cases at least.

    It has seen them in training; the accuracy on test digits is in docs/quality.md.
    """
    data = load_mnist(source="sample")
    guesses = describe(data.val_images.float() / 255)[1].argmax(axis=1)
    assert (guesses == data.val_labels.numpy()).mean() > 0.98
    assert features.WEIGHTS.stat().st_size < 500_000


def test_stored_statistics_fit_the_weights(digits):
    """Mean and covariance of the file are those of real digits, up to the sample's size."""
    _, mean, covariance = reference()
    found = describe(digits[:4000].float() / 255)[0]
    assert 100 * frechet_distance(found.mean(axis=0), np.cov(found.T), mean, covariance) < (
        2 * np.trace(covariance)
    )


def test_unreadable_weights_are_one_error(tmp_path, monkeypatch):
    """A damaged file gives one error with its path and what to do."""
    broken = tmp_path / "digit_features.npz"
    broken.write_bytes(b"PK not really")
    monkeypatch.setattr(features, "WEIGHTS", broken)
    reference.cache_clear()
    with pytest.raises(FeaturesError, match=r"digit_features\.npz: .*copy the file again"):
        reference()
    monkeypatch.undo()
    reference.cache_clear()


def test_frechet_distance_agrees_with_torchmetrics(digits):
    """For the same features torchmetrics gives the same distance to six digits."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Features(nn.Module):
        num_features = features.SIZE

        def forward(self, images):
            return torch.from_numpy(describe(images.float())[0])

    a = digits[:1500].float() / 255
    b = (a.flip(0) * 0.8 + 0.1).clamp(0, 1)[:1000]
    judge = FrechetInceptionDistance(Features(), normalize=True, input_img_size=(1, 28, 28))
    judge.set_dtype(torch.float64)
    judge.update(a.double(), real=True)
    judge.update(b.double(), real=False)
    x, y = describe(a)[0], describe(b)[0]
    ours = frechet_distance(x.mean(axis=0), np.cov(x.T), y.mean(axis=0), np.cov(y.T))
    assert ours > 1 and ours == pytest.approx(judge.compute().item(), rel=1e-6)


def test_frechet_distance_has_the_known_value_in_one_dimension():
    """Between N(1, 4) and N(4, 25) it is 3^2 + (5 - 2)^2; a singular covariance is no problem."""
    one = frechet_distance(np.array([1.0]), np.array([[4.0]]), np.array([4.0]), np.array([[25.0]]))
    assert one == pytest.approx(18)
    flat, zero = np.diag([1.0, 0.0]), np.zeros(2)
    assert frechet_distance(zero, flat, zero, np.eye(2)) == pytest.approx(1)
    assert frechet_distance(zero, flat, zero, flat) == pytest.approx(0, abs=1e-12)


def test_coverage_agrees_with_its_definition():
    """Counted one by one: a real point counts if some image lies inside its own radius."""
    rng = np.random.RandomState(231)
    real, images = rng.randn(60, 3), 0.7 * rng.randn(40, 3) + 0.5
    radii, hits = [], 0
    for point in real:
        distances = np.sort(np.linalg.norm(real - point, axis=1))
        radii.append(distances[5])  # the first is the point itself
        hits += (np.linalg.norm(images - point, axis=1) < radii[-1]).any()
    found = coverage(images, torch.from_numpy(real), torch.tensor(radii))
    assert 0 < hits < 60 and found == pytest.approx(hits / 60)


def test_real_digits_are_good(real):
    """Real digits are near the real ones, varied, and clearly digits."""
    assert real.frechet < 1.5 and real.confident > 0.9 and real.coverage > 0.8
    assert real.digits == 10 and sum(real.shares) == pytest.approx(1) and real.count == 2000


@pytest.mark.parametrize("kind", ["noise", "black", "one digit", "few", "stray", "blurred"])
def test_every_flaw_is_seen(digits, real, kind):
    """Each flaw raises the Fréchet distance, and lowers the number that is made for it."""
    generator = torch.Generator().manual_seed(231)
    x = digits[:2000].float() / 255
    labels = load_mnist(source="sample").train_labels
    if kind == "noise":
        x = torch.rand(x.shape, generator=generator)
    elif kind == "black":
        x = torch.zeros_like(x)
    elif kind == "one digit":
        x = digits[labels == 3].float() / 255
    elif kind == "few":
        x = x[:50].repeat(40, 1, 1, 1)
    elif kind == "stray":
        x = torch.where(torch.rand(x.shape, generator=generator) < 0.03, 1 - x, x)
    else:
        x = nn.functional.avg_pool2d(x, 5, 1, 2)
    found = digit_quality(x)
    assert found.frechet > 2 * real.frechet
    assert found.coverage < 0.6 * real.coverage
    if kind in ("noise", "black", "blurred"):
        assert found.confident < 0.5
    if kind == "one digit":
        assert found.digits <= 2 and max(found.shares) > 0.95


def test_more_stray_pixels_are_worse(digits):
    """The distance grows with the share of wrong pixels."""
    generator = torch.Generator().manual_seed(231)
    x = digits[:1000].float() / 255
    wrong = torch.rand(x.shape, generator=generator)
    found = [digit_quality(torch.where(wrong < p, 1 - x, x)).frechet for p in (0, 0.01, 0.03, 0.1)]
    assert found == sorted(found) and found[-1] > 5 * found[0]


def test_every_form_of_images_is_the_same(digits):
    """Bytes, [0, 1] and [-1, 1], rows, planes and channels, tensor and array give the same."""
    x = digits[:200]
    forms = [x, x.numpy(), x.float() / 255, x.flatten(1).double() / 127.5 - 1, x[:, 0] / 255.0]
    found = {digit_quality(form).frechet for form in forms}
    assert max(found) - min(found) < 1e-3


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((99, 784)), r"at least 100 images .* found \(99, 784\); .* draw more"),
        (np.zeros((200, 1, 32, 32)), r"found \(200, 1, 32, 32\)"),
        (
            np.full((200, 784), np.nan),
            "NaN or infinity in 200 of 200 images.*build and train it again",
        ),
        (np.full((200, 784), 255.0), "values from 255 to 255; does the generator end with Tanh"),
    ],
)
def test_what_cannot_be_measured_is_refused(images, message):
    """Too few images, other sizes, NaN and other ranges are errors that say what to do."""
    with pytest.raises(ValueError, match=message):
        as_pixels(images)


def test_quality_is_readable():
    """As text and as HTML the quality gives every number with its meaning."""
    found = quality_of(make_generator(), count=200)
    text, page = repr(found), found._repr_html_()
    for word in ("200 images", "Fréchet distance", "clearly a digit", "coverage", "of 10"):
        assert word in text and word in page
    assert page.startswith("<table>") and page.count("<tr>") == 5


def test_real_neighbours_are_computed_once():
    """The real digits are described once per process."""
    quality._real_neighbours.cache_clear()
    digit_quality(np.zeros((100, 784)))
    digit_quality(np.zeros((100, 784)))
    assert quality._real_neighbours.cache_info().misses == 1
