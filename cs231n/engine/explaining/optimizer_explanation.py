"""Explain an optimizer: its settings beside those that the assignment asks for.

The settings are read from the optimizer. The steps that it takes must agree with them: if they do
not, the explanation says so and names no setting as the cause.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cs231n.engine.operations import Setting, Settings
from cs231n.engine.schema import Array, OptimizerFacts

TOLERANCE = 1e-3  # of the largest step, between the steps taken and those of the settings
ROUNDING = 1e-7  # of weights of size 0.1 in float32
NAMES = {
    "lr": "learning rate", "betas": "betas", "eps": "eps", "weight_decay": "weight decay",
    "amsgrad": "amsgrad", "maximize": "maximize", "momentum": "momentum", "alpha": "alpha",
}  # fmt: skip


class SettingRow(NamedTuple):
    """One line of a table: a setting, the student's value and the assignment's value."""

    name: str
    own: str
    asked: str


@dataclass(frozen=True)
class OptimizerExplanation:
    """What differs between an optimizer and the assignment's.

    Attributes:
        sentences: what to change, the main cause first; empty if nothing is certain.
        rows: one for each setting.
        confirmed: the steps taken are those of the settings read.
    """

    sentences: tuple[str, ...]
    rows: tuple[SettingRow, ...] = ()
    confirmed: bool = False


def explain_optimizer(
    reading: OptimizerFacts,
    asked: Settings,
    moved: list[Array],
    gradients: list[Array],
) -> OptimizerExplanation:
    """Explain what differs between an optimizer and the assignment's.

    Args:
        reading: what the student's optimizer holds.
        asked: "class" and the settings that the assignment asks for, PyTorch's defaults included.
        moved: (P,) for each step: what all weights have moved by since the start.
        gradients: (P,) for each step: of all weights.
    """
    rows = [SettingRow("class", _words(reading.returned), _words(asked["class"]))]
    rows += [
        SettingRow(NAMES.get(name, name), _words(reading.settings.get(name)), _words(value))
        for name, value in asked.items()
        if name != "class" and name in reading.settings
    ]
    said = _parameters(reading)
    if reading.returned != asked["class"]:
        wish = asked["class"]
        said.append(f"Your optimizer is {reading.returned}; the assignment asks for {wish}.")
    for name, value in asked.items():
        own = reading.settings.get(name, value)
        if name != "class" and own != value:
            said.append(_setting(name, own, value))
    if not reading.alike:
        said.append("Your optimizer has groups of parameters with different settings.")
    confirmed = _confirmed(reading, moved, gradients)
    if confirmed is False:
        said = [
            "The weights do not move as the settings of your optimizer say. Return the optimizer "
            "of torch.optim as it is."
        ]
    return OptimizerExplanation(tuple(said), tuple(rows), bool(confirmed))


def _parameters(reading: OptimizerFacts) -> list[str]:
    """Return what is wrong with the parameters that the optimizer holds."""
    if not any(reading.held):
        return [
            "Your optimizer holds no parameter of the model that it is given"
            + (" but those of another network. " if reading.foreign else ". ")
            + "Hand it model.parameters() of the argument."
        ]
    left = [name for name, held in zip(reading.parameters, reading.held, strict=False) if not held]
    if not left:
        return []
    kind = ""
    if all(name.endswith("bias") for name in left):
        kind = " (the biases)"
    shown = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
    return [
        f"Your optimizer leaves out {len(left)} of {len(reading.parameters)} parameters{kind}: "
        f"{shown}. Hand it all of model.parameters()."
    ]


def _setting(name: str, own: Setting, value: Setting) -> str:
    word = NAMES.get(name, name)
    if name == "betas" and isinstance(own, tuple) and own[::-1] == value:
        return f"Your betas are {_words(own)}, in the wrong order; use {_words(value)}."
    if name == "maximize":
        return "Your optimizer maximizes the loss (maximize=True); it must minimize it."
    verb = "are" if name == "betas" else "is"
    default = name in ("eps", "weight_decay", "amsgrad")
    wish = f"leaves it at its default, {_words(value)}" if default else f"asks for {_words(value)}"
    return f"Your {word} {verb} {_words(own)}; the assignment {wish}."


def _words(value: Setting) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_words, value)) + ")"
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value)
    return f"{value:g}"


def _confirmed(reading: OptimizerFacts, moved: list[Array], gradients: list[Array]) -> bool | None:
    """Return whether the steps are those of the settings; None for a class with unknown steps."""
    if reading.returned not in ("Adam", "SGD") or not reading.alike or not moved:
        return None
    s = reading.settings
    if s.get("weight_decay") or s.get("amsgrad") or s.get("nesterov") or s.get("dampening"):
        return None
    held = np.repeat(np.array(reading.held), reading.sizes)
    sign = -1.0 if s.get("maximize") else 1.0
    try:
        steps = (_adam if reading.returned == "Adam" else _sgd)([sign * g for g in gradients], s)
    except (KeyError, TypeError, ValueError):
        return None
    for found, step in zip(moved, steps, strict=False):
        if found.shape != step.shape or held.shape != step.shape:
            return None
        step = np.where(held, step, 0.0)
        if np.abs(found - step).max() > TOLERANCE * np.abs(step).max() + ROUNDING:
            return False
    return True


def _real(value: Setting) -> float:
    """Return a setting that is a number.

    Raises:
        TypeError: it is not a number.
    """
    if not isinstance(value, int | float):
        raise TypeError(f"expected a number; found {value!r}")
    return value


def _adam(gradients: list[Array], s: Settings) -> list[Array]:
    """Return what Adam moves the weights by, added up (Kingma and Ba 2014, algorithm 1)."""
    betas, lr, eps = s["betas"], _real(s["lr"]), _real(s["eps"])
    if not isinstance(betas, tuple):
        raise TypeError(f"expected two betas; found {betas!r}")
    b1, b2 = betas
    mean = square = total = np.zeros_like(gradients[0], dtype=np.float64)
    steps = []
    for t, g in enumerate(gradients, 1):
        mean, square = b1 * mean + (1 - b1) * g, b2 * square + (1 - b2) * g * g
        total = total - lr * (mean / (1 - b1**t)) / (np.sqrt(square / (1 - b2**t)) + eps)
        steps.append(total)
    return steps


def _sgd(gradients: list[Array], s: Settings) -> list[Array]:
    """Return what SGD with momentum moves the weights by, added up."""
    momentum, lr = _real(s["momentum"]), _real(s["lr"])
    velocity = total = np.zeros_like(gradients[0], dtype=np.float64)
    steps = []
    for t, g in enumerate(gradients):
        velocity = momentum * velocity + g if t and momentum else g
        total = total - lr * velocity
        steps.append(total)
    return steps
