"""Say in words how a training run went, from its history and from the trained generator.

    diagnose(history, G)

Each rule compares one number, an *indicator*, with a limit. The limits come from runs that went
well and from runs that were made to fail (`benchmarks/calibrate_diagnosis.py`).
"""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.training.history import History, guessing_losses

from .classifier import describe
from .quality import CONFIDENT, Quality, digit_quality
from .sampling import count_note, draw_samples, sample_count

Indicators = dict[str, float]

LIMITS = Path(__file__).parents[1] / "datasets" / "diagnosis.json"
WINDOW = 100  # the last steps, over which losses are averaged
MOMENTS = 3  # the last moments whose samples are examined
REAL_VARIANCE = 211.3  # of the 784 pixels of real digits in [-1, 1], summed
FIRST_STEPS = 20  # before this step even a network that learns may not have moved
# First step at which an indicator is used: before it D may be far ahead, or all images alike, in a
# run that ends well.
FROM_STEP = {"gray": 200, "d_level": 200, "variety": 400}
MIN_STEPS = min(FROM_STEP.values())
READABLE = 0.2  # share of clear digits below which the images are not called digits
DIGITS_COUNT = 0.4  # share of clear digits from which few different digits are a collapse
NEAR_ZERO = 0.05  # of a loss: both cannot be so small, since D and G want opposite scores of fakes

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
    "labels": Outcome(
        "!", "both losses are near zero", RED,
        "D and G want opposite scores of the fakes, so both can only be content if they use the "
        "same label. Check the labels in both losses: for D real images have label 1 and fakes "
        "label 0; G wants label 1 for its fakes.",
    ),
    "not_digits": Outcome(
        "\N{WHITE CIRCLE}", "no digits yet", GREY,
        "If the run was short, train longer. If the images no longer change, look for a mistake in "
        "the networks, the noise or the optimizers.",
    ),
    "few_digits": Outcome(
        "\N{WHITE CIRCLE}", "few of the ten digits", GREY,
        "Train longer and ask again. If it stays so, G has collapsed: check D's learning rate, "
        "beta1 = 0.5, and how often D is updated.",
    ),
    "saturated": Outcome(
        "!", "G's outputs are saturated", RED,
        "There Tanh is flat and passes no gradient. Look for a learning rate that is too large, "
        "gradients that zero_grad() never clears, weights that start too large, or a second "
        "activation before Tanh.",
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
            "g_still", "labels", "saturated", "d_won", "collapse", "not_digits" or "few_digits".
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


def diagnose(
    history: History,
    G: nn.Module | None = None,
    noise_dim: int = 96,
    samples: Tensor | None = None,
) -> Diagnosis:
    """Say in words how a training run went.

    Args:
        history: what `watch` returned.
        G: the trained generator, which is left unchanged. If it is given, the diagnosis also
            measures samples of it, as many as `compare` draws.
        noise_dim: length of its noise vectors, uniform in (-1, 1).
        samples: images to measure instead, for a generator with another kind of noise.
    """
    quality = None
    if G is not None and samples is None:
        samples = draw_samples(G, sample_count(), noise_dim)
    if samples is not None:
        if not samples.isfinite().all():
            seen = "The generator's images contain NaN or infinity."
            return Diagnosis("nan", f"{seen} {OUTCOMES['nan'].advice}", {})
        quality = digit_quality(samples)
    diagnosis = judge(find_indicators(history, quality))
    if quality is None:
        return diagnosis
    return replace(diagnosis, words=f"{diagnosis.words} ({count_note(quality.count)})")


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
    if _both_content(indicators):
        return "labels"
    # causes before effects: D also wins against outputs that are stuck
    rules = {"saturated": "gray", "d_won": "d_level", "collapse": "variety"}
    for code, name in rules.items():
        if below(name):
            return code if indicators["steps"] >= FROM_STEP[name] else "too_early"
    confident = indicators.get("confident", 1.0)
    if confident < READABLE:
        return "not_digits"
    if below("digits"):
        return "collapse" if confident >= DIGITS_COUNT else "few_digits"
    return "healthy"


def _both_content(indicators: Indicators) -> bool:
    """Return whether both losses are near zero while D scores fakes above real images."""
    names = ("d_last", "g_last", "score_gap")
    if not all(name in indicators for name in names):
        return False
    d_last, g_last, gap = (indicators[name] for name in names)
    return abs(d_last) < NEAR_ZERO and abs(g_last) < NEAR_ZERO and gap < 0


@lru_cache(maxsize=1)
def stored_limits() -> Indicators:
    """Return the limit of each indicator that ships."""
    stored = json.loads(LIMITS.read_text("utf-8"))
    return {name: facts["limit"] for name, facts in stored["indicators"].items()}


def _describe(code: str, indicators: Indicators) -> str:
    """Say in one or two sentences what was seen."""
    steps, digits = int(indicators.get("steps", 0)), int(indicators.get("digits", 0))
    level, guess = indicators.get("d_level", 0.0), indicators.get("d_guess", 0.0)
    confident = indicators.get("confident", 0.0)
    clear = f"{confident:.0%} of the images are clearly a digit (probability at least {CONFIDENT})"
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
        "labels": f"d_loss is {indicators.get('d_last', 0):.3f} and g_loss is "
        f"{indicators.get('g_last', 0):.3f}, and D gives fakes the higher scores.",
        "not_digits": f"D and G keep each other busy, but only {clear}.",
        "few_digits": f"{clear}, and only {drawn}.",
        "d_won": f"D tells real from fake almost without a mistake: {loss}.",
        "collapse": "G draws almost the same image, whatever the noise.",
        "healthy": f"D and G keep each other busy: {loss}." if guess else "D and G both learn.",
    }[code]
    if code == "collapse" and indicators.get("variety", 1) >= stored_limits()["variety"]:
        seen = f"Only {drawn}."
    if code == "d_won" and indicators.get("g_last", 0.0) < 0:
        seen += (
            " g_loss is negative, as the saturating loss log(1 - D(G(z))) is: where D is sure, its "
            "gradient vanishes. The non-saturating loss does not have this flaw."
        )
    if code == "healthy" and "confident" in indicators:
        seen += f" {clear}" + (f", and {drawn}." if "digits" in indicators else ".")
    return seen


def find_indicators(history: History, quality: Quality | None = None) -> Indicators:
    """Compute the indicators of a training run; omit those that cannot be computed.

    Args:
        history: what `watch` returned.
        quality: of samples of the trained generator.
    Returns:
        steps; nan_step: the first step whose numbers are not finite; d_last, g_last: mean losses
        of the last steps; score_gap: mean of D(x) minus mean of D(G(z)) there; d_moved: range of
        the mean D(x) over all steps; d_level: mean d_loss of the last steps divided by that of a D
        that guesses (about 1 in a good training, 0 if D has won); d_guess: that loss; g_moved:
        range of the mean pixel; gray: share of pixels that are neither black nor white; variety:
        variance among the samples of one step divided by that of real digits; digits, confident: of
        `quality`; without it, confident is that of the last samples.
    """
    numbers = [history.d_loss, history.g_loss]
    scores_known = not np.isnan(history.d_real).all() or not len(history.d_real)
    if scores_known:
        numbers += [history.d_real, history.d_fake]
    records = np.stack(numbers)
    indicators: Indicators = {"steps": records.shape[1]}
    bad = np.flatnonzero(~np.isfinite(records).all(axis=0))
    if len(bad):
        return indicators | {"nan_step": int(bad[0]) + 1}
    if records.shape[1]:
        last = records[:, -WINDOW:].mean(axis=1)
        indicators |= {"d_last": float(last[0]), "g_last": float(last[1])}
    if records.shape[1] and scores_known:
        indicators["score_gap"] = float(last[2] - last[3])
        indicators["d_moved"] = float(np.ptp(history.d_real))
        indicators |= d_level(history.d_loss, history.d_real, history.d_fake)
    if history.samples:
        indicators |= _sample_indicators(np.stack(history.samples))
    if quality is not None:
        indicators |= {"digits": quality.digits, "confident": quality.confident}
    elif history.samples:
        indicators["confident"] = _share_of_digits(np.concatenate(history.samples[-MOMENTS:]))
    return indicators


def _share_of_digits(samples: np.ndarray) -> float:
    """Return the share of images (N, 784) that are clearly one digit."""
    pixels = samples if samples.min() >= 0 else (samples + 1) / 2
    images = torch.from_numpy(pixels).float().clamp(0, 1).reshape(-1, 1, 28, 28)
    return float((describe(images)[1].max(axis=1) >= CONFIDENT).mean())


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
