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
SCALES = {"normal": (0.9805, 1.0192), "uniform": (0.9878, 1.0121)}  # as docs/tolerance.md says


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
