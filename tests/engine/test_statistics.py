"""Random numbers are judged by how they are spread: true draws pass, others are found."""

from statistics import NormalDist

import numpy as np
import pytest

from cs231n.engine.schema import AdversarialFacts, NoiseFacts, Observation
from cs231n.engine.statistics import digest, draw_limit, law_distance, moment_distances

LARGE = 250 * 200  # numbers in the public case of a noise task
MANY = (np.arange(LARGE) + 0.5) / LARGE
EVEN = {  # numbers that are spread as evenly as a law allows
    "normal": np.array([NormalDist().inv_cdf(p) for p in MANY]),
    "uniform": 2 * MANY - 1,
}
SCALES = {"normal": (0.9805, 1.0192), "uniform": (0.9984, 1.0015)}  # as docs/tolerance.md says


def is_spread(law: str, numbers: np.ndarray) -> bool:
    """What the digest of one large draw says of it."""
    arrays = {"large": numbers.astype(np.float32)}
    seen = digest(law, Observation(NoiseFacts(shape=(250, 200)), arrays))
    return seen.facts.statistics.spread


def draw(law: str, source: np.random.Generator) -> np.ndarray:
    """LARGE true draws."""
    normal = law == "normal"
    return source.standard_normal(LARGE) if normal else source.uniform(-1, 1, LARGE)


@pytest.mark.parametrize("law", EVEN)
def test_limits_of_the_scale_are_those_of_the_docs(law):
    """A wrong scale is a wrong mean square, and its limit is where docs/tolerance.md says."""
    low, high = SCALES[law]
    for scale in (low + 0.0003, high - 0.0003):
        assert is_spread(law, EVEN[law] * scale)
    for scale in (low - 0.0003, high + 0.0003):
        assert not is_spread(law, EVEN[law] * scale)


def test_a_deviation_of_1_05_needs_the_moments():
    """The distance of distributions alone cannot tell 1.05 from 1 with so many numbers."""
    wide = 1.05 * EVEN["normal"]
    assert law_distance("normal", wide) < draw_limit(LARGE)
    (mean, mean_limit), (square, square_limit) = moment_distances("normal", wide)
    assert mean < mean_limit and square > 2 * square_limit


@pytest.mark.parametrize("law", EVEN)
def test_true_draws_are_spread_and_others_are_not(law):
    """Twenty true draws pass; each is found when it is moved or scaled by four hundredths."""
    source = np.random.default_rng(5)
    for _ in range(20):
        numbers = draw(law, source)
        assert is_spread(law, numbers)
        for wrong in (1.04 * numbers, 0.96 * numbers, numbers + 0.05, numbers - 0.05):
            assert not is_spread(law, wrong)


@pytest.mark.parametrize("odd", [[np.inf, 0], [np.inf, -np.inf], [np.nan, 1], [3e38, 3e38]])
def test_what_is_no_number_is_not_spread(odd):
    """Infinite, undefined and huge numbers are judged without a warning."""
    for numbers in (odd, odd * 50):
        arrays = {"noise": np.array(numbers, np.float32)}
        seen = digest("normal", Observation(AdversarialFacts(), arrays))
        assert seen.facts.statistics.spread is False


SHAPE = (250, 200)


def statistics_of(law: str, numbers: np.ndarray, second: np.ndarray):
    """What the digest of two large draws says of them."""
    arrays = {
        "large": numbers.astype(np.float32).ravel(),
        "second": second.astype(np.float32).ravel(),
    }
    return digest(law, Observation(NoiseFacts(shape=SHAPE), arrays)).facts.statistics


def _mirrored(x, source):
    return np.concatenate([x[:125], -x[:125]])


def _columns(x, source):
    x = x.copy()
    x[:, 3] = -x[:, 180]
    return x


def _constant_row(x, source):
    x = x.copy()
    x[40] = 0.3
    return x


def _centred(x, source):
    return x - x.mean(1, keepdims=True)


@pytest.mark.parametrize("law", EVEN)
@pytest.mark.parametrize("change", [_mirrored, _columns, _constant_row, _centred])
def test_structure_at_any_distance_is_found(law, change):
    """Mirrored halves, equal columns, a constant row and balanced rows are found; draws pass."""
    source = np.random.default_rng(7)
    x, y = (draw(law, source).reshape(SHAPE) for _ in range(2))
    right = statistics_of(law, x, y)
    assert right.independent and right.even and right.distinct
    wrong = statistics_of(law, change(x, source), y)
    assert not (wrong.independent and wrong.even and wrong.distinct)


@pytest.mark.parametrize("law", EVEN)
@pytest.mark.parametrize("again", [lambda x: -x, lambda x: x[::-1], lambda x: x.T.copy()])
def test_a_second_draw_that_repeats_the_first_is_found(law, again):
    """A second draw that mirrors or reorders the first is not independent of it."""
    x = draw(law, np.random.default_rng(8)).reshape(SHAPE)
    assert not statistics_of(law, x, again(x)).independent


def test_normal_numbers_clamped_at_2_5_are_found():
    """The share of large numbers shows what distance and moments do not."""
    x = draw("normal", np.random.default_rng(9))
    assert is_spread("normal", x) and not is_spread("normal", x.clip(-2.5, 2.5))
