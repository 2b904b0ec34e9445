"""All cases of one task -> one verdict: fraction, status and findings."""

from collections.abc import Iterable, Mapping

from cs231n.engine.explaining.explanations import explain
from cs231n.engine.reference_data import ReferenceData, TaskReference
from cs231n.engine.schema import Case, Finding, Lost, Observation, Results, Status, Verdict
from cs231n.engine.statistics import digest

from .messages import explain_lost, say
from .rules import judge_case

STATUS_OF = {
    "not_attempted": Status.NOT_ATTEMPTED,
    "no_file": Status.NOT_ATTEMPTED,
    "crashed": Status.CRASHED,
    "calls_unwritten": Status.CRASHED,
    "import_failed": Status.CRASHED,
    "unreadable": Status.CRASHED,
    "stopped": Status.CRASHED,
    "timed_out": Status.TIMED_OUT,
}
EXPLAINS_HIDDEN = ("own_criterion", "unstable_30")  # with these, hidden cases must differ too

PartialCredit = Mapping[str, float]


def judge_task(
    public: ReferenceData, name: str, observed: Results, hidden: ReferenceData | None = None
) -> Verdict:
    """Return the verdict on one task.

    Args:
        public: the public reference data; an explanation is made from their cases only.
        name: of the task.
        observed: case id -> observation; cases without one are not judged.
        hidden: the hidden reference data, if their cases were observed too.
    """
    distribution = public.task(name).distribution
    digested = {
        case: result if isinstance(result, Lost) else digest(distribution, result)
        for case, result in observed.items()
    }
    return judge_digested(public, name, digested, hidden)


def judge_digested(
    public: ReferenceData, name: str, digested: Results, hidden: ReferenceData | None = None
) -> Verdict:
    """Return the verdict on observations that are digested already; see `judge_task`."""
    task, credit = public.task(name), public.partial_credit
    findings = _judge_cases(public, task, digested)
    fraction = _fraction(findings, credit)
    only_hidden = False
    explained = any(finding.code in EXPLAINS_HIDDEN for finding in findings)
    if hidden is not None and fraction > 0.0 and not explained:
        more = _judge_cases(hidden, hidden.task(name), digested, credit)
        only_hidden = _fraction(more, credit) < fraction
        if only_hidden or fraction == 1.0:
            findings += more
            fraction = _fraction(findings, credit)
    shown = _merge(findings, credit, only_hidden)
    if fraction < 1.0 and all(finding.code != "parts_wrong" for finding in findings):
        shown = [*explain(public, task, digested), *shown]
    return Verdict(name, _status(findings, credit, fraction), fraction, tuple(shown))


def verdict_without_run(name: str, lost: Lost) -> Verdict:
    """Return the verdict on a task whose code could not even be loaded."""
    return Verdict(name, STATUS_OF[lost.code], 0.0, (explain_lost(lost),))


def _judge_cases(
    data: ReferenceData,
    task: TaskReference,
    results: Results,
    partial_credit: PartialCredit | None = None,
) -> list[Finding]:
    """Return findings on the observed cases; side conditions only where the rest is right."""
    credit = data.partial_credit if partial_credit is None else partial_credit
    findings: list[Finding] = []
    for case, *replacements in sorted(task.pool(), key=lambda entry: bool(entry[0].side_condition)):
        if case.id not in results or (case.side_condition and _fraction(findings, credit) == 0.0):
            continue
        found = judge_case(case, results[case.id], data.expectation(task, case.id))
        if _fraction(found, credit) < 1.0:
            alone = _judge_with_stubs(data, task, replacements, results, found, credit)
            found = _with_shared(alone, results[case.id]) if alone is not None else found
        findings += found
    return findings


def _judge_with_stubs(
    data: ReferenceData,
    task: TaskReference,
    replacements: list[Case],
    results: Results,
    found: list[Finding],
    credit: PartialCredit,
) -> list[Finding] | None:
    """Return findings on the case with stubs for the student's other functions, if it is right.

    The fault is then in those functions, which are tasks of their own.
    """
    if _fraction((f for f in found if f.code != "shared"), credit) == 1.0:
        return None  # the case with stubs does not look at sharing
    for case in replacements:
        if case.id in results:
            alone = judge_case(case, results[case.id], data.expectation(task, case.id))
            if _fraction(alone, credit) == 1.0:
                names = list(case.stubs)
                verb = "is" if len(names) == 1 else "are"
                return [say("parts_wrong", parts=" and ".join(names), verb=verb), *alone]
    return None


def _with_shared(findings: list[Finding], result: Observation | Lost) -> list[Finding]:
    """Return the findings, with one more if the network is the same at every call."""
    shared = isinstance(result, Observation) and getattr(result.facts, "shared", False)
    return [*findings, say("shared")] if shared else findings


def _fraction(findings: Iterable[Finding], credit: PartialCredit) -> float:
    """Return the share of the points that findings leave."""
    return min((credit.get(finding.code, 0.0) for finding in findings), default=1.0)


def _status(findings: list[Finding], credit: PartialCredit, fraction: float) -> Status:
    if fraction == 1.0:
        return Status.PASSED
    if fraction > 0.0:
        return Status.PARTIAL
    worst = next(f for f in findings if credit.get(f.code, 0.0) == 0.0)
    return STATUS_OF.get(worst.code, Status.FAILED)


def _merge(findings: list[Finding], credit: PartialCredit, only_hidden: bool) -> list[Finding]:
    """Return one finding per code, the costliest first; figures of hidden cases are left out."""
    merged: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: credit.get(f.code, 0.0)):
        if finding.code not in merged:
            remark = credit.get(finding.code, 0.0) == 1.0
            details = () if only_hidden else finding.details
            merged[finding.code] = Finding(finding.code, finding.text, details, remark)
    if only_hidden and not merged.keys() & STATUS_OF.keys():
        return [say("only_public"), *merged.values()]
    return list(merged.values())
