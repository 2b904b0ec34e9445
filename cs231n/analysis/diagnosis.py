"""How did a training go? A verdict in words, from its history and from the trained generator.

    diagnose(history, G)

Each rule compares one number, a *sign*, with a limit. The limits come from runs that went well and
from runs that were made to fail (`benchmarks/calibrate_diagnosis.py`), and are stored as data.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from torch import nn

from cs231n.training.history import History

from .quality import CONFIDENT, digit_quality
from .sampling import draw_samples, usual
from .signs import find_signs

LIMITS = Path(__file__).parents[1] / "datasets" / "diagnosis.json"
FIRST_STEPS = 20  # before that even a network that learns may not have moved
# From which step on a sign is asked: before that D may be far ahead, or all images alike, in a
# run that ends well.
FROM_STEP = {"gray": 200, "d_level": 200, "variety": 400}
MIN_STEPS = min(FROM_STEP.values())
COUNT = 1_000  # samples of the generator
READABLE = 0.2  # share of clear digits below which a run is told to go on
TELLING = 0.4  # share of clear digits from which on it means something which ones they are

# (sign, word, headline, what to do). Colour never stands alone.
VERDICTS = {
    "healthy": ("\N{CHECK MARK}", "healthy", "#00694b"),
    "too_early": ("\N{WHITE CIRCLE}", "too early to say", "#4a4e57"),
    "nan": ("!", "numbers broke down", "#a4133c"),
    "nothing_moves": ("!", "nothing moves", "#a4133c"),
    "d_still": ("!", "D does not learn", "#a4133c"),
    "g_still": ("!", "G does not learn", "#a4133c"),
    "saturated": ("!", "G's outputs are saturated", "#a4133c"),
    "d_won": ("!", "D has won", "#a4133c"),
    "collapse": ("!", "G has collapsed", "#a4133c"),
}
STEP = (
    "Does its optimizer get the parameters of this very network, with a learning rate above zero, "
    "and is its step() called in your own loop? If you ran a cell again, build networks and "
    "optimizers together."
)
ADVICE = {
    "nan": "What is NaN stays NaN: build both networks and optimizers anew. Look for log(0), a "
    "division by zero or a learning rate that is too large.",
    "nothing_moves": STEP.replace("its optimizer get", "each optimizer get")
    .replace("this very", "its own")
    .replace("its step()", "the step() of both"),
    "d_still": STEP,
    "g_still": STEP,
    "saturated": "There Tanh is flat and lets no gradient through. Look for a learning rate that "
    "is too large, weights that start too large, or a second activation before Tanh.",
    "d_won": "G then learns next to nothing. Look at the learning rates, at how often each of the "
    "two is updated, and at the labels in the generator's loss.",
    "collapse": "A single kind of image that fools D pays off at once. Often D learns too little "
    "or too slowly: look at its learning rate, at beta1 = 0.5, and at how often it is updated.",
    "too_early": "Train longer and ask again.",
    "healthy": "",
}


@dataclass(frozen=True)
class Diagnosis:
    """A verdict on a training.

    Attributes:
        code: "healthy", "too_early", "nan", "nothing_moves", "d_still", "g_still", "saturated",
            "d_won" or "collapse".
        words: what was seen, and what to do, in whole sentences.
        signs: the numbers that were looked at, by name; those that could be had.
    """

    code: str
    words: str
    signs: dict[str, float]

    def __repr__(self) -> str:
        sign, word, _ = VERDICTS[self.code]
        return f"{sign} {word}: {self.words}"

    def _repr_html_(self) -> str:
        sign, word, colour = VERDICTS[self.code]
        return (
            f'<div style="border-left:4px solid {colour};padding:0.4em 0.8em;margin:0.4em 0;'
            'font-family:sans-serif;line-height:1.45"><strong><span aria-hidden="true">'
            f"{escape(sign)}</span> {escape(word)}</strong><br>{escape(self.words)}</div>"
        )


def diagnose(history: History, G: nn.Module | None = None, noise_dim: int = 96) -> Diagnosis:
    """Say in words how a training went.

    Args:
        history: what `watch` returned.
        G: the trained generator, left as it was; with it 1,000 samples (200 in a trial run) are
            measured too.
        noise_dim: length of its noise vectors.
    """
    quality = None
    if G is not None:
        samples = draw_samples(G, usual(COUNT), noise_dim)
        if not samples.isfinite().all():
            return Diagnosis("nan", f"The generator's images hold NaN. {ADVICE['nan']}", {})
        quality = digit_quality(samples)
    return judge(find_signs(history, quality))


def judge(signs: dict[str, float]) -> Diagnosis:
    """The verdict that the signs add up to."""
    code = find_code(signs)
    words = f"{describe_code(code, signs)} {ADVICE[code]}".strip()
    return Diagnosis(code, words, signs)


def find_code(signs: dict[str, float]) -> str:
    """Code of the first rule that applies."""
    if "nan_step" in signs:
        return "nan"
    if signs["steps"] < FIRST_STEPS:
        return "too_early"
    d_still, g_still = below("d_moved", signs), below("g_moved", signs)
    if d_still or g_still:
        return "nothing_moves" if d_still and g_still else "d_still" if d_still else "g_still"
    if signs["steps"] < MIN_STEPS:
        return "too_early"
    # causes before effects: D also wins against outputs that are stuck
    rules = {"saturated": "gray", "d_won": "d_level", "collapse": "variety"}
    for code, sign in rules.items():
        if below(sign, signs):
            return code if signs["steps"] >= FROM_STEP[sign] else "too_early"
    if signs.get("confident", 0) >= TELLING and below("digits", signs):
        return "collapse"
    return "healthy"


def below(sign: str, signs: dict[str, float]) -> bool:
    """Whether a sign is there and below its limit."""
    return sign in signs and signs[sign] < limits()[sign]


@lru_cache(maxsize=1)
def limits() -> dict[str, float]:
    """The stored limit of each sign."""
    stored = json.loads(LIMITS.read_text("utf-8"))
    return {sign: facts["limit"] for sign, facts in stored["signs"].items()}


def describe_code(code: str, signs: dict[str, float]) -> str:
    """What was seen, in one or two sentences."""
    level, guess = signs.get("d_level", 0.0), signs.get("d_guess", 0.0)
    loss = f"d_loss is {level * guess:.3g} where guessing would give {guess:.3g}"
    seen = {
        "nan": f"From step {signs.get('nan_step', 0):,} on the losses are no numbers.",
        "too_early": f"The training has {signs['steps']:,} steps.",
        "nothing_moves": "D's scores and G's images are at the end what they were at the start.",
        "d_still": f"In {signs['steps']:,} steps D's scores of real images stayed the same.",
        "g_still": f"In {signs['steps']:,} steps G's images stayed the same noise.",
        "saturated": f"Only {signs.get('gray', 0):.1%} of the pixels are neither quite black nor "
        "quite white; in real digits it is 10 %.",
        "d_won": f"D tells real from fake almost without a mistake: {loss}.",
        "collapse": "Whatever the noise, G draws almost the same image.",
        "healthy": f"D and G keep each other busy: {loss}." if guess else "D and G are both alive.",
    }[code]
    if code == "collapse" and not below("variety", signs):
        seen = f"G draws only {signs['digits']} of the ten digits."
    if code == "healthy" and "confident" in signs:
        seen += (
            f" {signs['confident']:.0%} of the images are clearly a digit (probability at least "
            f"{CONFIDENT}), and {signs['digits']} of the ten digits are drawn."
        )
        if signs["confident"] < READABLE:
            seen += " Few can be read yet: train longer."
    return seen
