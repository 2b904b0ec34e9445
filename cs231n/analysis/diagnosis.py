"""Say in words how a training run went, from its history and from the trained generator.

    diagnose(history, G)

Each rule compares one number, an *indicator*, with a limit. The limits come from runs that went
well and from runs that were made to fail (`benchmarks/calibrate_diagnosis.py`).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch import nn

from cs231n.training.history import History, guessing_losses

from .quality import CONFIDENT, Quality, digit_quality
from .sampling import draw_samples, sample_count

Indicators = dict[str, float]

LIMITS = Path(__file__).parents[1] / "datasets" / "diagnosis.json"
COUNT = 1_000  # samples of the generator
WINDOW = 100  # the last steps, over which losses are averaged
MOMENTS = 3  # the last moments whose samples are examined
REAL_VARIANCE = 211.3  # of the 784 pixels of real digits in [-1, 1], summed
FIRST_STEPS = 20  # before this step even a network that learns may not have moved
# First step at which an indicator is used: before it D may be far ahead, or all images alike, in a
# run that ends well.
FROM_STEP = {"gray": 200, "d_level": 200, "variety": 400}
MIN_STEPS = min(FROM_STEP.values())
READABLE = 0.2  # share of clear digits below which the advice is to train longer
DIGITS_COUNT = 0.4  # share of clear digits from which the number of different digits is used

CHECK_OPTIMIZER = (
    "Does its optimizer have the parameters of this network, with a learning rate above zero, and "
    "does your own loop call its step()? If you ran a cell again, build networks and optimizers "
    "together."
)


class Outcome(NamedTuple):
    """How an outcome looks, and what to do about it. Colour never stands alone."""

    symbol: str
    headline: str
    colour: str
    advice: str


GREEN, GREY, RED = "#00694b", "#4a4e57", "#a4133c"
OUTCOMES = {
    "healthy": Outcome("\N{CHECK MARK}", "healthy", GREEN, ""),
    "too_early": Outcome(
        "\N{WHITE CIRCLE}", "too early to say", GREY, "Train longer and ask again."
    ),
    "nan": Outcome(
        "!", "NaN in the numbers", RED,
        "NaN values do not recover. Create both networks and optimizers again. Look for log(0), a "
        "division by zero or a learning rate that is too large.",
    ),
    "nothing_moves": Outcome(
        "!", "nothing moves", RED,
        "Does each optimizer have the parameters of its own network, with a learning rate above "
        "zero, and does your own loop call step() of both? If you ran a cell again, build networks "
        "and optimizers together.",
    ),
    "d_still": Outcome("!", "D does not learn", RED, CHECK_OPTIMIZER),
    "g_still": Outcome("!", "G does not learn", RED, CHECK_OPTIMIZER),
    "saturated": Outcome(
        "!", "G's outputs are saturated", RED,
        "There Tanh is flat and passes no gradient. Look for a learning rate that is too large, "
        "weights that start too large, or a second activation before Tanh.",
    ),
    "d_won": Outcome(
        "!", "D has won", RED,
        "G then learns next to nothing. Check the learning rates, how often each network is "
        "updated, and the labels in the generator's loss.",
    ),
    "collapse": Outcome(
        "!", "G has collapsed", RED,
        "One kind of image that fools D is enough for G. Often D learns too little or too slowly: "
        "check its learning rate, beta1 = 0.5, and how often it is updated.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """A diagnosis of a training run.

    Attributes:
        code: a key of `OUTCOMES`: "healthy", "too_early", "nan", "nothing_moves", "d_still",
            "g_still", "saturated", "d_won" or "collapse".
        words: what was seen, and what to do, in whole sentences.
        indicators: the numbers behind it, by name, as far as they could be computed.
    """

    code: str
    words: str
    indicators: Indicators

    def __repr__(self) -> str:
        outcome = OUTCOMES[self.code]
        return f"{outcome.symbol} {outcome.headline}: {self.words}"

    def _repr_html_(self) -> str:
        outcome = OUTCOMES[self.code]
        return (
            f'<div style="border-left:4px solid {outcome.colour};padding:0.4em 0.8em;'
            'margin:0.4em 0;font-family:sans-serif;line-height:1.45"><strong>'
            f'<span aria-hidden="true">{escape(outcome.symbol)}</span> {escape(outcome.headline)}'
            f"</strong><br>{escape(self.words)}</div>"
        )


def diagnose(history: History, G: nn.Module | None = None, noise_dim: int = 96) -> Diagnosis:
    """Say in words how a training run went.

    Args:
        history: what `watch` returned.
        G: the trained generator, which is left unchanged. If it is given, the diagnosis also
            measures 1,000 of its samples (200 in a trial run).
        noise_dim: length of its noise vectors.
    """
    quality = None
    if G is not None:
        samples = draw_samples(G, sample_count(COUNT), noise_dim)
        if not samples.isfinite().all():
            seen = "The generator's images contain NaN or infinity."
            return Diagnosis("nan", f"{seen} {OUTCOMES['nan'].advice}", {})
        quality = digit_quality(samples)
    return judge(find_indicators(history, quality))


def judge(indicators: Indicators) -> Diagnosis:
    """Return the diagnosis that follows from the indicators."""
    code = find_code(indicators)
    words = f"{_describe(code, indicators)} {OUTCOMES[code].advice}".strip()
    return Diagnosis(code, words, indicators)


def find_code(indicators: Indicators, limits: Indicators | None = None) -> str:
    """Return the code of the first rule that applies.

    Args:
        indicators: as from `find_indicators`.
        limits: the limit of each indicator; None for those that ship.
    """
    limits = stored_limits() if limits is None else limits

    def below(name: str) -> bool:
        return name in indicators and indicators[name] < limits[name]

    if "nan_step" in indicators:
        return "nan"
    if indicators["steps"] < FIRST_STEPS:
        return "too_early"
    d_still, g_still = below("d_moved"), below("g_moved")
    if d_still or g_still:
        return "nothing_moves" if d_still and g_still else "d_still" if d_still else "g_still"
    if indicators["steps"] < MIN_STEPS:
        return "too_early"
    # causes before effects: D also wins against outputs that are stuck
    rules = {"saturated": "gray", "d_won": "d_level", "collapse": "variety"}
    for code, name in rules.items():
        if below(name):
            return code if indicators["steps"] >= FROM_STEP[name] else "too_early"
    if indicators.get("confident", 0) >= DIGITS_COUNT and below("digits"):
        return "collapse"
    return "healthy"


@lru_cache(maxsize=1)
def stored_limits() -> Indicators:
    """Return the limit of each indicator that ships."""
    stored = json.loads(LIMITS.read_text("utf-8"))
    return {name: facts["limit"] for name, facts in stored["indicators"].items()}


def _describe(code: str, indicators: Indicators) -> str:
    """Say in one or two sentences what was seen."""
    steps, digits = int(indicators.get("steps", 0)), int(indicators.get("digits", 0))
    level, guess = indicators.get("d_level", 0.0), indicators.get("d_guess", 0.0)
    loss = f"d_loss is {level * guess:.3g}; a D that guesses would have {guess:.3g}"
    drawn = f"{digits} of the ten digits {'is' if digits == 1 else 'are'} drawn"
    seen = {
        "nan": f"From step {indicators.get('nan_step', 0):,} on, the losses are NaN or infinite.",
        "too_early": f"The training has {steps:,} steps.",
        "nothing_moves": "At the end, D's scores and G's images are what they were at the start.",
        "d_still": f"In {steps:,} steps D's scores of real images stayed the same.",
        "g_still": f"In {steps:,} steps G's images stayed the same noise.",
        "saturated": f"Only {indicators.get('gray', 0):.1%} of the pixels are neither black nor "
        "white; in real digits 10% are.",
        "d_won": f"D tells real from fake almost without a mistake: {loss}.",
        "collapse": "G draws almost the same image, whatever the noise.",
        "healthy": f"D and G keep each other busy: {loss}." if guess else "D and G both learn.",
    }[code]
    if code == "collapse" and indicators.get("variety", 1) >= stored_limits()["variety"]:
        seen = f"Only {drawn}."
    if code == "healthy" and "confident" in indicators:
        seen += (
            f" {indicators['confident']:.0%} of the images are clearly a digit (probability at "
            f"least {CONFIDENT}), and {drawn}."
        )
        if indicators["confident"] < READABLE:
            seen += " Few can be read yet: train longer."
    return seen


def find_indicators(history: History, quality: Quality | None = None) -> Indicators:
    """Compute the indicators of a training run; omit those that cannot be computed.

    Args:
        history: what `watch` returned.
        quality: of samples of the trained generator.
    Returns:
        steps; nan_step: the first step whose numbers are not finite; d_moved: range of the mean
        D(x) over all steps; d_level: mean d_loss of the last steps divided by that of a D that
        guesses (about 1 in a good training, 0 if D has won); d_guess: that loss; g_moved: range of
        the mean pixel; gray: share of pixels that are neither black nor white; variety: variance
        among the samples of one step divided by that of real digits; digits, confident: of
        `quality`.
    """
    records = np.stack([history.d_loss, history.g_loss, history.d_real, history.d_fake])
    indicators: Indicators = {"steps": records.shape[1]}
    bad = np.flatnonzero(~np.isfinite(records).all(axis=0))
    if len(bad):
        return indicators | {"nan_step": int(bad[0]) + 1}
    if records.shape[1]:
        indicators["d_moved"] = float(np.ptp(history.d_real))
        indicators |= d_level(history.d_loss, history.d_real, history.d_fake)
    if history.samples:
        indicators |= _sample_indicators(np.stack(history.samples))
    if quality is not None:
        indicators |= {"digits": quality.digits, "confident": quality.confident}
    return indicators


def _sample_indicators(samples: np.ndarray) -> Indicators:
    """Compute the indicators of samples (K, 16, 784) in [-1, 1], or in [0, 1] if none is below."""
    if samples.min() >= 0:
        samples = 2 * samples - 1
    last = samples[-MOMENTS:]
    means = samples.mean(axis=(1, 2))  # (K, 16, 784) -> (K,)
    indicators = {
        "gray": float((np.abs(last) < 0.9).mean()),
        "variety": float(last.var(axis=1).sum(axis=1).mean() / REAL_VARIANCE),
    }
    return indicators | ({"g_moved": float(np.ptp(means))} if len(samples) > 1 else {})


def d_level(d_loss: np.ndarray, d_real: np.ndarray, d_fake: np.ndarray) -> Indicators:
    """Return the last values of D's loss relative to those of a D that guesses.

    Args:
        d_loss: (steps,) as in `History`.
        d_real: (steps,) as in `History`.
        d_fake: (steps,) as in `History`.
    Returns:
        d_guess and d_level of `find_indicators`, or nothing if no known loss fits.
    """
    guess = guessing_losses(d_loss, d_real, d_fake)
    if guess is None:
        return {}
    return {"d_guess": guess[0], "d_level": float(d_loss[-WINDOW:].mean() / guess[0])}
