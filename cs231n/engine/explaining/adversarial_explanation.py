"""Explain a loss of two networks by the calls of the criterion and of the networks."""

from cs231n.engine.schema import AdversarialCase, AdversarialFacts, CriterionCall

NAMES = {"real": "the real images", "fake": "the fakes"}
# The label that each part of a loss must have, by the network that it trains.
ASKED = {"disc": {"fake": "0", "real": "1"}, "gen": {"fake": "1"}}
TOLERANCE = 1e-4
JudgedCall = tuple[AdversarialCase, AdversarialFacts, float | None]  # with the value of the loss
# How the two parts can be put together wrongly: (factors of fake and real) -> words.
COMBINATIONS = {
    (1.0, 1.0): "Your loss adds its two parts; the assignment asks for their mean, half of that.",
    (
        1.0,
        -1.0,
    ): "Your loss subtracts the part of the real images; the assignment asks for the mean "
    "of both parts.",
    (0.5, -0.5): "Your loss subtracts the part of the real images; it must add it.",
    (-0.5, 0.5): "Your loss subtracts the part of the fakes; it must add it.",
    (-1.0, 1.0): "Your loss subtracts the part of the fakes; the assignment asks for the mean of "
    "both parts.",
    (-0.5, -0.5): "Your loss has the wrong sign.",
    (-1.0, -1.0): "Your loss has the wrong sign, and the factor 1/2 is missing.",
    (0.25, 0.25): "Your loss is halved twice.",
    (2.0, 2.0): "Your loss is four times as large as what the assignment asks for.",
}


def explain_adversarial(cases: list[JudgedCall], reached: bool) -> tuple[str, ...]:
    """Return sentences on what is wrong with a loss of two networks; none if nothing is certain.

    Args:
        cases: each with its facts and the value of the loss, None if there is none.
        reached: a gradient reaches the network that the loss trains.
    """
    case, facts, value = cases[0]
    if facts.error is not None:
        if "backward through the graph a second time" in facts.error.message:
            return (
                "Your function calls backward itself. Return the loss and leave backward to the "
                "training loop.",
            )
        return ()
    if value is None:
        return ()
    if not facts.calls:
        return ("Your loss does not use the criterion that it is given: call criterion(scores, "
                "labels).",)  # fmt: skip
    asked = ASKED[case.trains]
    said = _images(facts, asked)
    said += _calls(facts.calls, asked)
    said += _gradients(facts, asked)
    said += _combination(cases, asked)
    if not said and case.trains == "gen" and not reached:
        said = [
            "The generator is frozen: its weights do not require a gradient, so it learns nothing. "
            "Do not change requires_grad of the generator."
            if "gen" in (facts.frozen or ())
            else "No gradient reaches the generator: the fakes are detached, or made without "
            "gradients. In this loss they must keep their gradient."
        ]
    return tuple(dict.fromkeys(said))


def _images(facts: AdversarialFacts, asked: dict[str, str]) -> list[str]:
    """Return what is wrong with the images that the discriminator is given."""
    if "other" not in facts.judged:
        return []
    left = [NAMES[name] for name in asked if name not in facts.judged]
    if len(facts.judged) == 1 and len(asked) == 2:
        return []  # one batch of both
    if len(left) == 1:
        return [
            f"The discriminator is not given {left[0]} as they are: something changes them before."
        ]
    return []


def _calls(calls: tuple[CriterionCall, ...], asked: dict[str, str]) -> list[str]:
    """Return what is wrong with the arguments of the criterion."""
    said = []
    labels: dict[str, str] = {}
    for call in calls:
        if call.labels in NAMES and call.scores not in NAMES:
            return [
                "The criterion is given the labels as scores and the scores as labels. The scores "
                "come first: criterion(scores, labels)."
            ]
        name = call.scores.removeprefix("sigmoid ")
        if name not in NAMES:
            continue
        if call.scores != name:
            said.append(
                f"Your loss applies a sigmoid to the scores of {NAMES[name]} before the criterion, "
                "which applies one itself. Use the scores as they are."
            )
        labels.setdefault(name, call.labels)
    known = all(call.scores.removeprefix("sigmoid ") in NAMES for call in calls)
    if not known:
        return said
    if len(asked) == 2 and (labels.get("fake"), labels.get("real")) == ("1", "0"):
        return [
            *said,
            "The labels are exchanged: fakes have label 1 and real images label 0. It must be 0 "
            "for fakes and 1 for real images.",
        ]
    for name, wish in asked.items():
        if name not in labels:
            said.append(f"Your loss leaves out {NAMES[name]}.")
        elif labels[name] == "other":
            said.append(f"The labels of {NAMES[name]} are not all {wish}.")
        elif labels[name] != wish:
            said.append(
                f"The scores of {NAMES[name]} have label {labels[name]}; the assignment asks for "
                f"{wish}."
            )
    for name in labels.keys() - asked.keys():
        said.append(f"Your loss also has a part for {NAMES[name]}; the assignment's has none.")
    return said


def _gradients(facts: AdversarialFacts, asked: dict[str, str]) -> list[str]:
    calls = [call for call in facts.calls if call.scores.removeprefix("sigmoid ") in asked]
    without = [call.scores.removeprefix("sigmoid ") for call in calls if not call.gradient]
    if calls and len(without) == len(calls):
        return [
            "No gradient can flow from your loss: the scores are computed without one "
            "(torch.no_grad(), .detach() or .item())."
        ]
    return [
        f"The scores of {NAMES[name]} are detached, so the discriminator learns nothing from them. "
        "Detach the fakes instead, before the discriminator."
        for name in without
    ]


def _combination(cases: list[JudgedCall], asked: dict[str, str]) -> list[str]:
    """How the parts are put together, if one way fits all cases."""
    rows = []
    for _, facts, value in cases:
        parts = {call.scores: call.value for call in facts.calls}
        if value is None or set(parts) != set(asked) or len(facts.calls) != len(asked):
            return []
        rows.append((parts, value))
    if len(asked) == 2:
        for (fake, real), words in COMBINATIONS.items():
            if all(_near(fake * p["fake"] + real * p["real"], value) for p, value in rows):
                return [words]
        return []
    for factor, words in ((0.5, "half of what the assignment asks for"), (-1.0, "negated"),
                          (2.0, "twice as large as what the assignment asks for")):  # fmt: skip
        if all(_near(factor * p["fake"], value) for p, value in rows):
            return [f"Your loss is {words}: return criterion(scores, labels) as it is."]
    if all(_near(1 - p["fake"], value) for p, value in rows):
        return ["Your loss is 1 minus the criterion; return criterion(scores, labels) as it is."]
    return []


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * (1 + abs(b))
