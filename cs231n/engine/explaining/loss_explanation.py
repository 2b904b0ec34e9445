"""Explain a loss: its gradient as a function of the score shows what it computes.

The losses of GANs are sums of means over real and over generated scores. So N times the gradient on
a score s is a factor times one of few functions of s: sigmoid(s) - label for the binary
cross-entropy, s - target for squares, a constant for the score itself. Fitting these shows labels,
targets, factors, signs and sums; the value confirms what was found or shows what has no gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from cs231n.engine.schema import Array

Function: TypeAlias = Callable[[Array], Array]  # of scores, element by element
Reduction: TypeAlias = Literal["mean", "sum", "mean divided by N"]

FIT = 2e-4  # of the largest gradient: float32 leaves less, a wrong function more
VALUE = 1e-4
NICE = (1.0, 0.5, 2.0, 0.25, 4.0, 1 / 3, 3.0, 0.1, 10.0)


@dataclass(frozen=True)
class LossSample:
    """What a loss returned for one set of scores.

    Attributes:
        scores: (N,) float for each argument.
        value: the loss.
        gradients: (N,) float for each argument; None where none arrived.
        large: some scores are so large that formulas with exp and log overflow.
    """

    scores: tuple[Array, ...]
    value: float
    gradients: tuple[Array | None, ...]
    large: bool = False


@dataclass(frozen=True)
class Term:
    """One part of a loss: factor * mean of a function of one argument's scores.

    Attributes:
        family: a key of FAMILIES, or "none" if no gradient arrives, or "unknown".
        factor: in front of the mean; that of squares counts from 1/2 (s - target)^2.
        target: label or target score; None if the family has none.
        reduction: how the values of a batch become one number.
    """

    family: str
    factor: float = 0.0
    target: float | None = None
    reduction: Reduction = "mean"

    def aim(self) -> float:
        """Return the target of a family that has one.

        Raises:
            TypeError: the family has no target.
        """
        if self.target is None:
            raise TypeError(f"expected a family with a target; found {self.family}")
        return self.target


@dataclass(frozen=True)
class LossExplanation:
    """What a loss computes beside what the assignment asks for.

    Attributes:
        sentences: what to change, the main cause first; empty if nothing is certain.
        found, asked: both formulas in words.
    """

    sentences: tuple[str, ...]
    found: str = ""
    asked: str = ""


def _sigmoid(s: Array) -> Array:
    result: Array = 0.5 * (1 + np.tanh(s / 2))
    return result


def _slope(s: Array) -> Array:
    result: Array = _sigmoid(s) * (1 - _sigmoid(s))
    return result


def _softplus(s: Array) -> Array:
    result: Array = np.logaddexp(0, s)
    return result


@dataclass(frozen=True)
class _Family:
    """Functions of a score that belong together.

    Attributes:
        slopes: derivatives that are fitted: the first times the factor, the second times minus
            the factor times the target.
        value: (scores, target) -> the function itself; a family without a target ignores it.
        formula: with {s} for the scores and {t} for the target.
    """

    slopes: tuple[Function, ...]
    value: Callable[[Array, float], Array]
    formula: str


@dataclass(frozen=True)
class _Other:
    """A function of a score that has a factor, but no target.

    Attributes:
        slope: its derivative.
        value: the function itself.
        formula: with {s} for the scores.
    """

    slope: Function
    value: Function
    formula: str


class _Slopes(NamedTuple):
    """Scores of one argument and the gradient at each of them, both (N,) float."""

    scores: Array
    gradient: Array


class _Fit(NamedTuple):
    """A family that fits, and its factor and target; see `Term`."""

    family: str
    factor: float
    target: float | None


def _bce(s: Array, y: float) -> Array:
    result: Array = _softplus(s) - s * y
    return result


FAMILIES: dict[str, _Family] = {
    "score": _Family((np.ones_like,), lambda s, t: s, "{s}"),
    "bce": _Family((_sigmoid, np.ones_like), _bce, "bce({s}, {t})"),
    "squares": _Family((lambda s: s, np.ones_like), lambda s, t: 0.5 * (s - t) ** 2,
                       "1/2 ({s} - {t})^2"),
    "bce of sigmoid": _Family(
        (lambda s: _sigmoid(_sigmoid(s)) * _slope(s), _slope),
        lambda s, t: _bce(_sigmoid(s), t), "bce(sigmoid({s}), {t})"),
    "squares of sigmoid": _Family(
        (lambda s: _sigmoid(s) * _slope(s), _slope),
        lambda s, t: 0.5 * (_sigmoid(s) - t) ** 2, "1/2 (sigmoid({s}) - {t})^2"),
}  # fmt: skip
OTHERS: dict[str, _Other] = {
    "hinge real": _Other(lambda s: -(s < 1).astype(float), lambda s: np.maximum(0, 1 - s),
                         "max(0, 1 - {s})"),
    "hinge fake": _Other(lambda s: (s > -1).astype(float), lambda s: np.maximum(0, 1 + s),
                         "max(0, 1 + {s})"),
    "probability": _Other(_slope, _sigmoid, "sigmoid({s})"),
}  # fmt: skip


# --- decomposition --------------------------------------------------------------------------------


def decompose(samples: list[LossSample]) -> tuple[Term, ...]:
    """Return the term of each argument, fitted to all samples together.

    Args:
        samples: of one loss, with at least two different N, so that a sum shows.
    """
    return tuple(_term(samples, index) for index in range(len(samples[0].scores)))


def _term(samples: list[LossSample], index: int) -> Term:
    """Return the term of one argument."""
    gradients = [sample.gradients[index] for sample in samples]
    if all(g is None or not np.any(np.abs(g) > 1e-12) for g in gradients):
        return Term("none")
    pairs = [
        _Slopes(sample.scores[index], gradient)
        for sample, gradient in zip(samples, gradients, strict=True)
        if gradient is not None and np.isfinite(gradient).all()
    ]
    if len(pairs) < len(samples):
        return Term("unknown")
    for reduction, scale in REDUCTIONS.items():
        found = _fit([_Slopes(s, g * scale(s.size)) for s, g in pairs])
        if found is not None:
            return Term(*found, reduction)
    return _of_the_mean(pairs)


REDUCTIONS: dict[Reduction, Callable[[int], float]] = {
    "mean": lambda n: n, "sum": lambda n: 1, "mean divided by N": lambda n: n * n,
}  # fmt: skip


def _fit(data: list[_Slopes]) -> _Fit | None:
    """Return the family whose slopes fit all data, or None."""
    s = np.concatenate([scores for scores, _ in data]).astype(np.float64)
    y = np.concatenate([slopes for _, slopes in data]).astype(np.float64)
    limit = FIT * np.abs(y).max()
    for name, family in FAMILIES.items():
        basis = np.stack([function(s) for function in family.slopes], axis=1)
        solution, *_ = np.linalg.lstsq(basis, y, rcond=None)
        if np.abs(basis @ solution - y).max() <= limit and abs(solution[0]) > 1e-9:
            if len(solution) == 1:
                return _Fit(name, float(solution[0]), None)
            return _Fit(name, _neat(solution[0]), _neat(-solution[1] / solution[0]))
    for name, other in OTHERS.items():
        basis = other.slope(s)
        if (norm := basis @ basis) > 0:
            factor = float(basis @ y / norm)
            if np.abs(factor * basis - y).max() <= limit:
                return _Fit(name, _neat(factor), None)
    return _absolute(s, y, limit)


def _absolute(s: Array, y: Array, limit: float) -> _Fit | None:
    """Fit slopes of a constant size whose sign changes at one score."""
    size = np.abs(y)
    if np.ptp(size) > limit or size.max() == 0 or np.ptp(y) == 0:
        return None
    below, above = s[y < 0], s[y > 0]
    for target in (0.0, 1.0, -1.0, 0.5):
        for sign in (1, -1):
            low, high = (below, above) if sign > 0 else (above, below)
            if low.size and high.size and low.max() <= target <= high.min():
                return _Fit("absolute", _neat(sign * size[0]), target)
    return None


def _of_the_mean(pairs: list[_Slopes]) -> Term:
    """Fit gradients that are the same for all scores of a batch, and differ between batches."""
    constants, means = [], []
    for s, g in pairs:
        if np.ptp(g) > FIT * np.abs(g).max():
            return _root(pairs)
        constants.append(float(g.mean() * s.size))
        means.append(float(s.mean()))
    if len(pairs) < 3:
        return Term("unknown")
    basis = np.stack([means, np.ones(len(means))], axis=1)
    solution, *_ = np.linalg.lstsq(basis, np.array(constants), rcond=None)
    if np.abs(basis @ solution - constants).max() <= FIT * np.abs(constants).max():
        return Term("square of mean", _neat(solution[0]), _neat(-solution[1] / solution[0]))
    return Term("unknown")


def _root(pairs: list[_Slopes]) -> Term:
    """Fit the root of the mean square: slopes (s - t) / rms(s - t)."""
    found = []
    for s, g in pairs:
        basis = np.stack([s, np.ones_like(s)], axis=1).astype(np.float64)
        solution, *_ = np.linalg.lstsq(basis, g * s.size, rcond=None)
        if abs(solution[0]) < 1e-9 or (
            np.abs(basis @ solution - g * s.size).max() > FIT * np.abs(g * s.size).max()
        ):
            return Term("unknown")
        target = -solution[1] / solution[0]
        found.append((target, solution[0] * np.sqrt(np.mean((s - target) ** 2))))
    targets, factors = zip(*found, strict=True)
    if np.ptp(targets) < 1e-3 and np.ptp(factors) < 1e-3 * abs(factors[0]):
        return Term("root", _neat(factors[0]), _neat(targets[0]))
    return Term("unknown")


def _neat(x: float) -> float:
    """Return a number without the noise of float32."""
    nearest = round(float(x) * 600) / 600
    return round(nearest if abs(nearest - x) < 1e-4 * max(1, abs(x)) else float(x), 6)


# --- the value ------------------------------------------------------------------------------------


def _value_of(term: Term, s: Array) -> float | None:
    """Return what a term adds to the loss; None if it is unknown."""
    s = s.astype(np.float64)
    if term.family == "none":
        return 0.0
    if term.family == "square of mean":
        return term.factor * 0.5 * float((s.mean() - term.aim()) ** 2)
    if term.family == "root":
        return term.factor * float(np.sqrt(np.mean((s - term.aim()) ** 2)))
    if term.family == "absolute":
        values = np.abs(s - term.aim())
    elif term.family in OTHERS:
        values = OTHERS[term.family].value(s)
    elif term.family in FAMILIES:
        target = 0.0 if term.target is None else term.target
        values = FAMILIES[term.family].value(s, target)
    else:
        return None
    share = {"mean": 1.0, "sum": s.size, "mean divided by N": 1 / s.size}[term.reduction]
    return term.factor * share * float(values.mean())


def _rest(samples: list[LossSample], terms: tuple[Term, ...]) -> list[float] | None:
    """Return what the values contain besides the terms; None if a term is unknown."""
    rest = []
    for sample in samples:
        parts = _parts(sample, terms)
        if parts is None or not np.isfinite(sample.value):
            return None
        rest.append(sample.value - sum(parts))
    return rest


def _parts(sample: LossSample, terms: tuple[Term, ...]) -> list[float] | None:
    """Return what each term adds to the loss of a sample; None if a term is unknown."""
    values = [_value_of(t, s) for t, s in zip(terms, sample.scores, strict=True)]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _near(values: list[float], wanted: list[float]) -> bool:
    return all(abs(a - b) <= VALUE * (1 + abs(b)) for a, b in zip(values, wanted, strict=True))


# --- words ----------------------------------------------------------------------------------------


def explain_loss(
    samples: list[LossSample], asked: list[LossSample], names: list[str]
) -> LossExplanation:
    """Explain what a loss computes beside what the assignment asks for.

    Args:
        samples: what the student's loss returned.
        asked: what the reference returned for the same scores.
        names: of the arguments, such as "logits_real".
    """
    values = [sample.value for sample in samples if not sample.large]
    if any(np.isnan(v) for v in values):
        return LossExplanation((
            "Your loss is nan for some ordinary scores. Does it take the logarithm of a score that "
            "can be negative, or divide by zero?",
        ))  # fmt: skip
    terms, wanted = decompose(samples), decompose(asked)
    if "unknown" in {t.family for t in terms}:  # it may only overflow
        samples = [sample for sample in samples if not sample.large]
        terms = decompose(samples)
    formulas = _formula(terms, names), _formula(wanted, names)
    rest = _rest(samples, terms)
    special = _special(samples, asked, terms, wanted, rest, names)
    if special is not None:
        return LossExplanation((special,), *formulas)
    said = _exchanged(terms, wanted, names)
    if not said:
        common, ratio = _common_factor(terms, wanted)
        said += common
        said += _both_families(terms, wanted)
        parts = zip(terms, wanted, names, strict=True)
        for index, (term, want, name) in enumerate(parts):
            if term.family == "none":
                said.append(_absent(samples, index, rest, want, name))
            else:
                said += _argument(term, want, name, ratio, bool(_both_families(terms, wanted)))
    said += _constant(rest, terms, said)
    if "unknown" in {t.family for t in terms}:
        return LossExplanation(tuple(said), "", formulas[1])
    return LossExplanation(tuple(said), *formulas)


def _part(name: str) -> str:
    return "real" if "real" in name else "generated"


def _special(
    samples: list[LossSample],
    asked: list[LossSample],
    terms: tuple[Term, ...],
    wanted: tuple[Term, ...],
    rest: list[float] | None,
    names: list[str],
) -> str | None:
    """Return a sentence for a mistake that several terms show together, or None.

    Args:
        samples: what the student's loss returned.
        asked: what the reference returned for the same scores.
        terms: of the student's loss.
        wanted: terms of the reference.
        rest: what the values contain besides the terms; None if a term is unknown.
        names: of the arguments.
    """
    families = [t.family for t in terms]
    if all(f == "none" for f in families):
        if all(abs(sample.value) < 1e-12 for sample in samples):
            return (
                "Your loss is always 0, whatever the scores are. Is a factor 0 (1 // 2 is 0 in "
                "Python), or is it a cross-entropy over a single class?"
            )
        if len(terms) > 1:
            right = _near([s.value for s in samples], [a.value for a in _alike(samples, asked)])
            start = "The value is right, but no" if right else "No"
            return (
                f"{start} gradient reaches the scores. Do not use .item(), .detach(), .data, "
                "torch.no_grad() or NumPy in a loss."
            )
        return None
    if len(terms) == 2 and rest is not None:
        both = _both_of_one(terms, wanted, rest, names)
        if both:
            return both
    if len(terms) == 2 and _keeps_larger(samples, wanted):
        return "Your loss keeps only the larger of its two parts (max); the assignment adds them."
    constants = [t for t in terms if t.family == "score"]
    if len(terms) == 1 and not constants:
        return None
    if constants and "bce" in {w.family for w in wanted} and rest is not None:
        swapped = sum(float(_bce(np.array(w.aim()), 0.0)) for w in wanted)
        if np.ptp(rest) < 1e-4 and abs(rest[0] - swapped) < 1e-3:
            return (
                "Your loss hands bce_loss the labels as scores and the scores as labels. The "
                "scores come first: bce_loss(scores, labels)."
            )
    return None


def _alike(samples: list[LossSample], asked: list[LossSample]) -> list[LossSample]:
    """Return what the reference returned for the scores of `samples`."""
    return [a for s in samples for a in asked if s.scores is a.scores or all(
        np.array_equal(x, y) for x, y in zip(s.scores, a.scores, strict=True))]  # fmt: skip


def _both_of_one(
    terms: tuple[Term, ...], wanted: tuple[Term, ...], rest: list[float], names: list[str]
) -> str | None:
    """Return a sentence if both parts are computed from the scores of one argument."""
    for used, unused in ((0, 1), (1, 0)):
        term, other = terms[used], terms[unused]
        if other.family != "none" or term.family != wanted[0].family:
            continue
        if term.family == "bce" and not _near(rest, [0.0] * len(rest)):
            continue
        factor = sum(w.factor for w in wanted)
        target = sum(w.factor * w.aim() for w in wanted) / factor
        if _same_number(term.factor, factor) and _same_number(term.target, target):
            return (
                f"Both parts of your loss use {names[used]}; {names[unused]} has no effect on it. "
                f"The part for {_part(names[unused])} images must use {names[unused]}."
            )
    return None


def _keeps_larger(samples: list[LossSample], wanted: tuple[Term, ...]) -> bool:
    """Return whether the value is that of the larger part and only that part has a gradient."""
    zero = [[g is None or not np.any(g) for g in sample.gradients] for sample in samples]
    if not all(any(row) and not all(row) for row in zero):
        return False
    for sample in samples:
        parts = _parts(sample, wanted)
        if parts is None or abs(sample.value - max(parts)) > VALUE * (1 + abs(max(parts))):
            return False
    # one part alone has the same values if it is the larger one each time
    return len({tuple(row) for row in zero}) > 1


def _same_number(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= 1e-3 * max(1.0, abs(b))


def _exchanged(terms: tuple[Term, ...], wanted: tuple[Term, ...], names: list[str]) -> list[str]:
    """Return a sentence if the two arguments have each other's labels."""
    if len(terms) != 2 or any(t.family != w.family for t, w in zip(terms, wanted, strict=True)):
        return []
    first, second = terms
    if first.target is None or second.target is None:
        return []
    crossed = _same_number(first.target, wanted[1].target) and (
        _same_number(second.target, wanted[0].target)
    )
    if not crossed or _same_number(wanted[0].target, wanted[1].target):
        return []
    kind = "label" if first.family.startswith("bce") else "target"
    said = [
        f"The real scores have {kind} {_number(first.target)} and the generated ones "
        f"{_number(second.target)}; it must be {_number(wanted[0].aim())} for {names[0]} and "
        f"{_number(wanted[1].aim())} for {names[1]}. Either the {kind}s or the two arguments are "
        "exchanged."
    ]
    common, ratio = _common_factor(terms, wanted)
    if ratio is None:
        for term, want, name in zip(terms, wanted, names, strict=True):
            said += _factor_words(term, want, name)
    return said + common


def _common_factor(
    terms: tuple[Term, ...], wanted: tuple[Term, ...]
) -> tuple[list[str], float | None]:
    """Return one sentence if all parts have the same wrong factor, and that factor."""
    ratios = []
    for term, want in zip(terms, wanted, strict=True):
        if term.family == "none" or not want.factor:
            return [], None
        ratios.append((term.factor / want.factor, term.reduction))
    if len(set(r for _, r in ratios)) > 1 or not all(
        _same_number(ratio, ratios[0][0]) for ratio, _ in ratios
    ):
        return [], None
    alike = (want.family, f"{want.family} of sigmoid", "square of mean")
    if any(t.family not in alike for t in terms) or _is_special(terms, wanted):
        return [], None
    ratio, reduction = ratios[0]
    subject = "Your loss" if len(terms) == 1 else "The whole loss"
    return _ratio_words(subject, ratio, reduction), ratio


def _is_special(terms: tuple[Term, ...], wanted: tuple[Term, ...]) -> bool:
    """Return whether one sentence reports label and factor of a single part together."""
    (term, want) = terms[0], wanted[0]
    saturating = term.target == 0 and want.target == 1 and _same_number(term.factor, -1)
    both = _same_number(term.factor, 2) and _same_number(term.target, 0.5)
    return len(terms) == 1 and term.family == "bce" and (saturating or both)


def _ratio_words(subject: str, ratio: float, reduction: str) -> list[str]:
    said = []
    if reduction == "sum":
        said.append(
            f"{subject} is summed over the batch; the assignment takes the mean (divide by N)."
        )
    if reduction == "mean divided by N":
        said.append(
            f"{subject} is divided by the number of scores twice: the mean does it already."
        )
    if ratio < 0:
        more = "" if _same_number(ratio, -1) else f": it is multiplied by {_number(ratio)}"
        said.append(f"{subject} has the wrong sign{more}.")
        return said
    if not _same_number(ratio, 1):
        words = {2.0: "twice as large as", 0.5: "half of"}
        size = next((w for n, w in words.items() if _same_number(ratio, n)), None)
        more = ""
        if _same_number(ratio, 2):
            more = " A factor 1/2 is missing, or it is added twice."
        said.append(
            f"{subject} is {size} what the assignment asks for.{more}"
            if size
            else f"{subject} is {_number(ratio)} times what the assignment asks for."
        )
    return said


def _both_families(terms: tuple[Term, ...], wanted: tuple[Term, ...]) -> list[str]:
    """Return one sentence if both parts are the same wrong function."""
    if len(terms) == 2 and terms[0].family == terms[1].family != wanted[0].family:
        kind = terms[0].family
        if kind not in ("none", "unknown", "score") and wanted[0].family == wanted[1].family:
            return [_family_words(terms[0], wanted[0], "Each part of your loss", "the scores")]
    return []


def _absent(
    samples: list[LossSample], index: int, rest: list[float] | None, want: Term, name: str
) -> str:
    """Return what the values say of an argument that no gradient reaches."""
    part = f"the part for {_part(name)} scores ({name})"
    if rest is not None:
        own = [_value_of(want, sample.scores[index]) for sample in samples]
        if _near(rest, [value for value in own if value is not None]):
            return (
                f"No gradient reaches {name}: {part} is computed without one (.detach(), .data, "
                ".item() or torch.no_grad()). The scores must keep their gradient."
            )
        if _near(rest, [0.0] * len(rest)):
            return f"Your loss leaves out {part}."
    return f"No gradient reaches {name}: either {part} is missing, or it is detached."


def _argument(
    term: Term, want: Term, name: str, common: float | None, family_said: bool
) -> list[str]:
    """Return what is wrong with the part of one argument."""
    part = f"The part for {_part(name)} scores ({name})"
    if term.family == "unknown":
        return [f"{part} is not one of the usual functions of the score."]
    if (
        term.family == want.family == "bce"
        and _same_number(term.factor, -1)
        and (term.target == 0 and want.target == 1)
    ):
        return [
            f"{part} is -bce({name}, 0), which is E[log(1 - D(G(z)))], the saturating form; the "
            f"assignment asks for bce({name}, 1)."
        ]
    if term.family == "bce" and _same_number(term.factor, 2) and _same_number(term.target, 0.5):
        return [
            f"{part} adds the cross-entropy with label 1 and that with label 0; the assignment "
            f"asks for label {_number(want.aim())} alone."
        ]
    said = []
    if term.family != want.family and not family_said:
        said.append(_family_words(term, want, part, name))
    compared = (want.family, f"{want.family} of sigmoid", "square of mean", "root", "absolute")
    if term.family in compared and not _same_number(term.target, want.target):
        said.append(_target_words(term, want, name))
    if common is None and term.family in compared[:3]:
        said += _factor_words(term, want, name)
    return said


def _factor_words(term: Term, want: Term, name: str) -> list[str]:
    subject = f"The part for {_part(name)} scores"
    return _ratio_words(subject, term.factor / want.factor, term.reduction)


def _target_words(term: Term, want: Term, name: str) -> str:
    kind = "label" if want.family == "bce" else "target"
    smoothed, found, asked = "", term.aim(), want.aim()
    if kind == "label" and 0 < found < 1 and not _same_number(found, 0.5):
        smoothed = " (label smoothing)"
    verb = "has" if kind == "label" else "is compared with"
    amount = f"{kind} {_number(found)}" if kind == "label" else _number(found)
    wish = f"{kind} {_number(asked)}" if kind == "label" else _number(asked)
    return f"{name} {verb} {amount}{smoothed}; the assignment asks for {wish}."


def _family_words(term: Term, want: Term, part: str, name: str) -> str:
    asked = {"bce": "the binary cross-entropy", "squares": "the squared distance"}[want.family]
    match term.family:
        case "squares" if want.family == "bce":
            return f"{part} is a least-squares loss; the assignment asks for {asked} here."
        case "bce" if want.family == "squares":
            return f"{part} is a binary cross-entropy; the assignment asks for {asked} here."
        case "bce of sigmoid":
            return (
                f"{part} applies a sigmoid before the cross-entropy, which applies one itself. Use "
                "the scores as they are."
            )
        case "squares of sigmoid":
            return f"{part} applies a sigmoid to the scores; the assignment uses the raw scores."
        case "score" if want.family == "squares":
            return (
                f"{part} has no square: its slope is {_number(term.factor)} for every score. "
                "Square the distance before the mean."
            )
        case "score":
            return (
                f"{part} is {_number(term.factor)} times the mean score, as in a Wasserstein GAN; "
                f"the assignment asks for {asked}."
            )
        case "square of mean":
            return f"{part} takes the mean before the square; take the mean of the squares."
        case "root":
            return f"{part} takes the square root of the mean square; the assignment does not."
        case "absolute":
            return f"{part} has absolute values; the assignment asks for {asked}."
        case "hinge real" | "hinge fake":
            return f"{part} is a hinge loss; the assignment asks for {asked}."
        case "probability":
            return (
                f"{part} is {_number(term.factor)} times the mean of sigmoid({name}): the "
                "logarithm is missing."
            )
    return f"{part} is not {asked}."


def _constant(rest: list[float] | None, terms: tuple[Term, ...], said: list[str]) -> list[str]:
    """Return a sentence for a constant that is added; only if the terms explain all else."""
    if rest is None or {"none", "score"} & {t.family for t in terms} or np.ptp(rest) > 1e-4:
        return []
    if abs(rest[0]) < 1e-3 or any("exchanged" in sentence for sentence in said):
        return []
    return [f"A constant is added to your loss: {_number(rest[0])}."]


def _formula(terms: tuple[Term, ...], names: list[str]) -> str:
    parts = []
    for term, name in zip(terms, names, strict=True):
        if term.family in ("none", "unknown"):
            continue
        parts.append(_term_formula(term, name))
    text = " + ".join(parts).replace("+ -", "- ")
    return text or "nothing that has a gradient"


def _term_formula(term: Term, name: str) -> str:
    target = "" if term.target is None else _number(term.target)
    if term.family == "square of mean":
        inner, reduce = f"1/2 (mean({name}) - {target})^2", "{}"
    elif term.family == "root":
        inner, reduce = f"sqrt(mean(({name} - {target})^2))", "{}"
    elif term.family == "absolute":
        inner, reduce = f"|{name} - {target}|", "mean({})"
    else:
        formula = (FAMILIES[term.family].formula if term.family in FAMILIES
                   else OTHERS[term.family].formula)  # fmt: skip
        inner, reduce = formula.format(s=name, t=target), "mean({})"
    inner = inner.replace(" - 0)", ")").replace(" - 0|", "|").replace("- -", "+ ")
    if term.reduction == "sum":
        reduce = "sum({})"
    if term.reduction == "mean divided by N":
        reduce = "mean({}) / N"
    text = reduce.format(inner)
    if _same_number(term.factor, 1):
        return text
    return f"-{text}" if _same_number(term.factor, -1) else f"{_number(term.factor)} {text}"


def _number(x: float) -> str:
    return f"{round(float(x), 4) + 0.0:g}"
