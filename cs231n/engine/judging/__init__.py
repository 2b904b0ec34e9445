"""All cases of one task -> one verdict: fraction, status, findings, and which mistake it is."""

import re

from cs231n.engine.reference_data import ReferenceData
from cs231n.engine.schema import Finding, Verdict
from cs231n.engine.statistics import digest

from .compare import differing, split_alternatives
from .messages import say
from .problem import problem
from .rules import judge_case

STATUS_OF = {
    "not_attempted": "not_attempted",
    "no_file": "not_attempted",
    "crashed": "crashed",
    "import_failed": "crashed",
    "unreadable": "crashed",
    "stopped": "crashed",
    "timed_out": "timed_out",
}
FACTS = ("out_shape", "random", "shape", "dtype", "device", "gradients")
SHOWN_IN_HIDDEN = ("own_criterion", "unstable_30")  # flaws by which hidden values differ too
NOISE_FACTS = ("spread", "distinct", "independent", "reproduces", "seeds_differ")
OWN_FACTS = {
    "noise": NOISE_FACTS,
    "network": ("part_is_same",),
    "adversarial": ("spared", "frozen", "spread", "noise_shapes", "noise_devices", "odd_labels"),
}


def judge_task(
    public: ReferenceData, name: str, observed: dict, hidden: ReferenceData | None = None
) -> Verdict:
    """The verdict on one task.

    Args:
        public: the public reference data; recognition of mistakes runs on them.
        name: of the task.
        observed: case id -> (facts, arrays); cases without an observation are not judged.
        hidden: the hidden reference data, if their cases were observed too.
    """
    first = public.task(name)["cases"][0]  # kind and law are those of the task
    seen = {case: digest(first, *found) for case, found in observed.items()}
    return judge_digested(public, name, seen, hidden)


def judge_digested(
    public: ReferenceData, name: str, seen: dict, hidden: ReferenceData | None = None
) -> Verdict:
    """As `judge_task`, of observations that are digested already."""
    task = public.task(name)
    kept = public.spec["kept"]
    problems = _problems(public, task, seen)
    fraction = _left(problems, kept)
    only_hidden = False
    explained = any(p.code in SHOWN_IN_HIDDEN for p in problems)
    if hidden is not None and fraction > 0.0 and not explained:
        found = _problems(hidden, hidden.task(name), seen)
        only_hidden = _left(found, kept) < fraction
        if only_hidden or fraction == 1.0:
            problems += found
            fraction = _left(problems, kept)
    findings = _findings(problems, kept, only_hidden)
    if fraction < 1.0:
        findings += recognise(public, task, seen)
    return Verdict(name, _status(problems, kept, fraction), fraction, tuple(findings))


def verdict_without_run(name: str, code: str, details=(), **words) -> Verdict:
    """The verdict on a task whose code could not even be loaded."""
    return Verdict(name, STATUS_OF[code], 0.0, (say(code, details, **words),))


def _problems(answers: ReferenceData, task: dict, seen: dict) -> list:
    """Problems of the cases that were observed; side conditions only where the rest is right."""
    kept = answers.spec["kept"]
    problems = []
    for case, *instead in sorted(answers.pool(task["name"]), key=lambda entry: "role" in entry[0]):
        hopeless = _left(problems, kept) == 0.0
        if case["id"] in seen and not ("role" in case and hopeless):
            found = judge_case(case, seen[case["id"]], answers.expectation(task, case["id"]))
            if _costs(found, kept):
                shared = seen[case["id"]][0].get("shared")
                found = _judged_alone(answers, task, instead, seen, found, shared)
            problems += found
    return problems


def _judged_alone(answers, task: dict, instead: list, seen: dict, found: list, shared) -> list:
    """Problems of the case with stand-ins for the student's other functions, if it is right; or
    those that were `found`.

    What is wrong then is in those functions, and they are tasks of their own.
    """
    kept = answers.spec["kept"]
    if not _costs([p for p in found if p.code != "shared"], kept):
        return found  # that is not looked at with stand-ins
    for case in instead:
        if case["id"] in seen:
            alone = judge_case(case, seen[case["id"]], answers.expectation(task, case["id"]))
            if not _costs(alone, kept):
                parts = problem("parts_wrong", parts=" and ".join(case["stand_ins"]))
                return [parts, *alone, *([problem("shared")] if shared else [])]
    return found


def _left(problems: list, kept: dict) -> float:
    """What problems leave of a mark."""
    return min((kept.get(p.code, 0.0) for p in problems), default=1.0)


def _costs(problems: list, kept: dict) -> bool:
    return _left(problems, kept) < 1.0


def _status(problems: list, kept: dict, fraction: float) -> str:
    if fraction == 1.0:
        return "passed"
    if fraction > 0.0:
        return "partial"
    worst = next(p for p in problems if kept.get(p.code, 0.0) == 0.0)
    return STATUS_OF.get(worst.code, "failed")


def _findings(problems: list, kept: dict, only_hidden: bool) -> list[Finding]:
    """One finding per code, what costs most first; figures of hidden cases are left out."""
    findings, codes = [], set()
    for p in sorted(problems, key=lambda p: kept.get(p.code, 0.0)):
        if p.code not in codes:
            codes.add(p.code)
            remark = kept.get(p.code, 0.0) == 1.0
            details = () if only_hidden else p.finding.details
            findings.append(Finding(p.code, p.finding.text, details, remark))
    if only_hidden and not codes & STATUS_OF.keys():
        return [say("only_public"), *findings]
    return findings


def recognise(answers: ReferenceData, task: dict, seen: dict) -> list[Finding]:
    """Every known mistake that would have given just these observations.

    Args:
        answers: public reference data, which hold what each mistake gives.
        task: the task's table.
        seen: case id -> digested observation.
    """
    found = []
    for mistake in task.get("mistakes", ()):
        cases = [case for case in task["cases"] if case["id"] in mistake["facts"]]
        if cases and all(
            case["id"] in seen
            and same(case, seen[case["id"]], answers.mistake(mistake, case["id"]))
            for case in cases
        ):
            text = mistake["says"]
            found.append(Finding("mistake", text, mistake=mistake["name"]))
    return found


def summary(kind: str, facts: dict) -> dict:
    """The facts by which a mistake is known again; the same on every machine.

    Whatever two ways of writing the same mistake may differ in is left out: names of classes,
    the order of registration, the wording of an exception (but not the numbers in it).
    """
    if kind == "noise" and facts.get("spread") is False:
        return {"spread": False}  # its quantiles say the rest
    known = {key: facts[key] for key in FACTS + OWN_FACTS.get(kind, ()) if key in facts}
    if kind in ("loss", "adversarial") and all(length == 1 for length in facts.get("shape", ())):
        known = {key: known[key] for key in known if key not in ("shape", "dtype")}
    if "shapes" in facts:
        flat = (shape for group in facts["shapes"] for shape in group)
        known["shapes"] = sorted(sorted(s) if len(s) == 2 else s for s in flat)
    elif "shape" not in facts and facts["stage"] != "step":
        known["returned"] = facts.get("returned")
    if "error" in facts:
        figures = re.findall(r"\d+", facts["error"]["message"])
        known["error"] = [facts["error"]["type"], facts["stage"], *figures]
    return known


def same(case: dict, got: tuple | None, mistake: tuple) -> bool:
    """Whether an observation is what a known mistake gives."""
    if got is None:
        return False
    facts, arrays = got
    want_facts, want = mistake
    if "lost" in facts or summary(case["kind"], facts) != want_facts:
        return False
    if case["kind"] == "adversarial" and _reached(arrays) != _reached(want):
        return False  # a mistake that cuts gradients off is not one that has them
    readings = split_alternatives(facts, arrays)
    return any(not differing(case["kind"], r, want) for r in readings)


def _reached(arrays: dict) -> set[str]:
    """Names of the gradients among arrays."""
    return {name for name in arrays if name.startswith("gradient/")}
