"""The diagnosis: each way to fail has its own outcome, and a healthy run has none of them."""

import html
import json

import numpy as np
import pytest
import torch
from torch import nn

from cs231n.analysis.diagnosis import (
    FROM_STEP,
    LIMITS,
    OUTCOMES,
    REAL_VARIANCE,
    d_level,
    diagnose,
    find_code,
    find_indicators,
    judge,
    stored_limits,
)
from cs231n.data import load_mnist
from cs231n.training.history import History


def real_digits(count: int, labels=range(10)) -> np.ndarray:
    """(count, 784) in [-1, 1]: real digits with these labels."""
    data = load_mnist(source="sample")
    chosen = torch.isin(data.train_labels, torch.tensor(list(labels)))
    return data.train_images[chosen][:count].flatten(1).numpy() / 127.5 - 1


def make_history(steps: int = 1_000, ls: bool = False, **changes) -> History:
    """A run that goes well: scores that move and end close together, samples like digits."""
    rng = np.random.RandomState(231)
    fade = np.exp(-np.arange(steps) / 100)
    d_real = 0.2 + 2 * fade + 0.1 * rng.randn(steps)
    d_fake = -0.1 - fade + 0.1 * rng.randn(steps)
    d_loss = np.logaddexp(0, -d_real) + np.logaddexp(0, d_fake)
    g_loss = np.logaddexp(0, -d_fake)
    if ls:
        d_real, d_fake = 0.5 + d_real / 8, 0.5 + d_fake / 8
        d_loss, g_loss = ((d_real - 1) ** 2 + d_fake**2) / 2, (d_fake - 1) ** 2 / 2
    moments = [0.03 * rng.randn(16, 784)]  # an untrained generator gives grey noise
    moments += [x.reshape(16, 784) for x in np.split(real_digits(48), 3)]
    facts = {
        "d_loss": d_loss * (1 + 0.02 * rng.rand(steps)),
        "g_loss": g_loss,
        "d_real": d_real,
        "d_fake": d_fake,
        "samples": tuple(moments),
        "sample_steps": (1, steps // 2, steps - 1, steps),
    }
    return History(**facts | changes, seconds=1.0, interrupted=False)


class Digits(nn.Module):
    """Stands in for a generator: gives real digits with these labels, whatever the noise."""

    def __init__(self, labels=range(10)):
        super().__init__()
        self.weight, self.given = nn.Parameter(torch.zeros(1)), 0
        self.images = torch.from_numpy(real_digits(1_100, labels)).float()

    def forward(self, z):
        self.given += len(z)
        return self.images[torch.arange(self.given - len(z), self.given) % len(self.images)]


@pytest.mark.parametrize("ls", [False, True])
def test_healthy_run_is_called_healthy(ls):
    """Both kinds of loss are recognised by the scores; the words give the loss of guessing."""
    found = diagnose(make_history(ls=ls), Digits())
    assert found.code == "healthy" and found.indicators["digits"] == 10
    assert f"a D that guesses would have {'0.25' if ls else '1.39'}" in found.words
    assert "clearly a digit" in found.words


def test_run_whose_images_are_no_digits_is_not_healthy():
    """Healthy losses do not make blobs healthy, with the generator and from the samples alone."""
    found = diagnose(make_history(), Blobs())
    assert found.code == "not_digits" and "only 0% of the images are clearly a digit" in found.words
    blobs = Blobs()(torch.rand(16, 96)).numpy()
    found = diagnose(make_history(samples=(GREY[0], *[blobs + 0.1 * g for g in GREY[1:]])))
    assert found.code == "not_digits"


def test_number_of_samples_is_stated():
    """The words end with the number of samples measured."""
    assert diagnose(make_history(), Digits()).words.endswith("(Measured on 5,000 samples.)")


def test_swapped_labels_point_at_the_labels():
    """If both losses are near zero and fakes have the higher scores, the labels are wrong."""
    low, high = FAR[::-1] - 9, 9 + 0 * FAR
    swapped = {"d_real": low, "d_fake": high}
    near_zero = np.full(1_000, 0.004)
    found = diagnose(make_history(**swapped, d_loss=near_zero, g_loss=near_zero))
    assert found.code == "labels" and "label 1" in found.words
    assert "d_loss is 0.004 and g_loss is 0.004" in found.words


def test_saturating_loss_of_a_beaten_generator_is_named():
    """The loss log(1 - D(G(z))) is also near zero if D wins: D has won, and the loss is why."""
    facts = FAILURES["d_won"] | {"g_loss": -np.logaddexp(0, -FAR)}
    found = diagnose(make_history(**facts))
    assert found.code == "d_won" and "as the saturating loss" in found.words


def test_few_digits_in_a_young_run_are_not_healthy():
    """Below two fifths of clear digits, few different ones are no collapse yet, but not healthy."""
    indicators = {"steps": 1_000, "confident": 0.3, "digits": 5, "variety": 1.0}
    found = judge(indicators)
    assert found.code == "few_digits" and "only 5 of the ten digits are drawn" in found.words
    assert judge(indicators | {"digits": 10}).code == "healthy"


def test_unknown_scores_are_left_out():
    """A loop that cannot see the scores is judged by losses and images."""
    nan = np.full(1_000, np.nan)
    found = diagnose(make_history(d_real=nan, d_fake=nan), samples=torch.tensor(real_digits(500)))
    assert found.code == "healthy" and "d_level" not in found.indicators
    assert "(Measured on 500 samples.)" in found.words


class Blobs(nn.Module):
    """Stands in for a young generator: a grey blob in the middle, elsewhere black."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, z):
        image = torch.full((len(z), 28, 28), -1.0)
        image[:, 8:20, 8:20] = z[:, :12, None] * 0.5
        return image.flatten(1)


STILL = np.full(1_000, 0.02)
FAR = np.linspace(0, 9, 1_000)
GREY = tuple(0.03 * np.random.RandomState(i).randn(16, 784) for i in range(4))
FAILURES = {
    "nothing_moves": {"d_real": STILL, "d_fake": STILL, "d_loss": STILL + 1.38, "samples": GREY},
    "d_still": {"d_real": STILL, "d_fake": np.linspace(0, 5, 1_000)},
    "g_still": {"samples": GREY},
    "saturated": {"samples": (GREY[0], *[np.sign(GREY[1])] * 3)},
    "d_won": {"d_real": FAR, "d_fake": -FAR, "d_loss": 2 * np.logaddexp(0, -FAR)},
    "collapse": {"samples": (GREY[0], *[np.repeat(real_digits(1), 16, axis=0)] * 3)},
}  # fmt: skip


@pytest.mark.parametrize("code", FAILURES)
def test_each_failure_has_its_verdict(code):
    """Each failure has its outcome with whole sentences of advice, as text and as HTML."""
    found = diagnose(make_history(**FAILURES[code]))
    outcome = OUTCOMES[code]
    assert found.code == code
    assert outcome.advice in found.words and found.words[0].isupper() and found.words.endswith(".")
    assert repr(found).startswith(f"{outcome.symbol} {outcome.headline}: ")
    assert outcome.headline in html.unescape(found._repr_html_())


@pytest.mark.parametrize("key", ["d_loss", "g_loss", "d_real", "d_fake"])
def test_nan_is_found_with_its_step(key):
    """The diagnosis names the first step that is NaN, whatever else is wrong."""
    history = make_history()
    getattr(history, key)[411:] = np.nan
    found = diagnose(history)
    assert found.code == "nan" and "From step 412 on" in found.words
    assert "Create both networks and optimizers again" in found.words


def test_generator_that_gives_nan_is_found():
    """Finite losses do not hide a generator that has broken down afterwards."""
    G = nn.Linear(96, 784)
    with torch.no_grad():
        G.weight.fill_(torch.nan)
    assert diagnose(make_history(), G).code == "nan"


def test_few_digits_are_a_collapse():
    """Varied samples of three digits only: the verdict counts them."""
    found = diagnose(make_history(), Digits(labels=(1, 4, 7)))
    assert found.code == "collapse" and "Only 3 of the ten digits are drawn." in found.words


@pytest.mark.parametrize("steps", [0, 1, 12, 19])
def test_short_run_is_not_judged(steps):
    """A trial run of a few steps is too early to say, not a failure; NaN is told at once."""
    history = make_history(1_000)
    cut = {n: getattr(history, n)[:steps] for n in ("d_loss", "g_loss", "d_real", "d_fake")}
    short = make_history(**cut, **{"samples": GREY[:1], "sample_steps": (1,)})
    found = diagnose(short, Blobs())
    assert found.code == "too_early" and f"{steps} steps" in found.words
    if steps:
        cut["d_loss"] = np.full(steps, np.inf)
        assert diagnose(make_history(**cut, samples=(), sample_steps=())).code == "nan"


def test_early_winner_is_not_judged():
    """Before its rule's first step a D far ahead, or images all alike, is too early to say."""
    indicators = {"steps": FROM_STEP["variety"] - 1, "d_moved": 1.0, "g_moved": 1.0, "variety": 0.0}
    assert judge(indicators).code == "too_early"
    assert judge(indicators | {"steps": FROM_STEP["variety"]}).code == "collapse"


def test_history_without_samples_is_judged_by_its_scores():
    """Without samples the rules about images are left out."""
    found = diagnose(make_history(samples=(), sample_steps=()))
    assert found.code == "healthy" and "variety" not in found.indicators


@pytest.mark.parametrize("scale", [1, 0.5, "ls"])
def test_loss_is_known_by_its_scores(scale):
    """Cross-entropy, half of it and least squares each have their own loss of guessing."""
    history = make_history(ls=scale == "ls")
    factor = 1 if scale == "ls" else scale
    found = d_level(history.d_loss * factor, history.d_real, history.d_fake)
    guess = 0.25 if scale == "ls" else 2 * np.log(2) * scale
    assert found["d_guess"] == pytest.approx(guess) and 0.8 < found["d_level"] < 1.1


def test_probabilities_are_known_as_such():
    """A D that ends with a sigmoid is compared with the cross-entropy of its probabilities."""
    history = make_history()
    scores = (1 / (1 + np.exp(-s)) for s in (history.d_real, history.d_fake))
    found = d_level(history.d_loss, *scores)
    assert found["d_guess"] == pytest.approx(np.log(4)) and 0.8 < found["d_level"] < 1.1


def test_samples_of_a_sigmoid_are_seen_as_those_of_a_tanh():
    """Images in [0, 1] have the same indicators as the same images in [-1, 1]."""
    tanh = make_history()
    sigmoid = make_history(samples=tuple((x.clip(-1, 1) + 1) / 2 for x in tanh.samples))
    assert find_indicators(sigmoid) == pytest.approx(find_indicators(tanh), rel=1e-6)


def test_loss_that_fits_no_formula_is_left_out():
    """A negative loss (a Wasserstein GAN's, say) is compared with nothing."""
    history = make_history()
    indicators = find_indicators(make_history(d_loss=history.d_fake - history.d_real))
    assert "d_level" not in indicators
    assert judge(indicators).code == "healthy" and "that guesses" not in judge(indicators).words


def test_diagnosis_leaves_the_generator_alone():
    """Weights, statistics and mode are what they were."""
    G = nn.Sequential(nn.Linear(96, 784), nn.BatchNorm1d(784), nn.Tanh()).eval()
    before = {k: v.clone() for k, v in G.state_dict().items()}
    diagnose(make_history(), G)
    assert not G.training and all(torch.equal(v, before[k]) for k, v in G.state_dict().items())


def test_limits_lie_between_what_failed_and_what_went_well():
    """Each stored limit separates the ranges that it was found from, over all models."""
    stored = json.loads(LIMITS.read_text("utf-8"))["indicators"]
    assert set(stored) == {"d_moved", "g_moved", "gray", "d_level", "variety", "digits"}
    for name, facts in stored.items():
        lowest = min(low for low, _ in facts["healthy"].values())
        assert (
            facts["failed"][1] < facts["limit"] < lowest and stored_limits()[name] == facts["limit"]
        )


def test_every_verdict_has_words_and_advice():
    """Every outcome except a healthy run has advice, as whole sentences."""
    for code, outcome in OUTCOMES.items():
        assert bool(outcome.advice) == (code != "healthy")
        assert outcome.advice.endswith(tuple(".")) or code == "healthy"


def test_one_digit_is_drawn():
    """A generator that draws a single digit is described in the singular."""
    found = judge({"steps": 1_000, "confident": 0.9, "digits": 1, "variety": 1.0})
    assert found.code == "collapse" and found.words.startswith("Only 1 of the ten digits is drawn.")


def test_limits_can_be_passed_in():
    """The calibration judges runs by the limits that it has just found."""
    indicators = {"steps": 1_000, "gray": 0.5}
    assert find_code(indicators) == "healthy"
    assert find_code(indicators, {**stored_limits(), "gray": 0.6}) == "saturated"


def test_real_variance_is_that_of_the_digits():
    """The unit of variety is the summed variance of real pixels, to one percent."""
    assert real_digits(12_000).var(axis=0).sum() == pytest.approx(REAL_VARIANCE, rel=0.01)
