"""Explain what the whole file did to a task: lines left out, lines that failed, names lost.

A problem of the file costs nothing by itself. One task carries a remark for each problem;
a task that fails because of one also says so, with the line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cs231n.engine.schema import (
    Binding,
    FileReport,
    Finding,
    Observation,
    Problem,
    Results,
    Status,
    Verdict,
)

from .messages import say

UNREADABLE = ("syntax", "newer_syntax", "conflict")  # kinds of code that was left out
FAILED = ("exception", "exit", "time")  # kinds of statements that failed at import
REMARKS = {
    **dict.fromkeys(UNREADABLE, "code_skipped"),
    **dict.fromkeys(FAILED, "line_failed"),
    "encoding": "odd_file",
    "indentation": "odd_file",
    "compiled": "uncompiled",
    "absent_package": "package_absent",
}
FILE_REMARKS = frozenset(REMARKS.values())  # codes of the remarks on a file
HARMLESS = ("compiled", "absent_package")  # kinds of which an instructor needs no note
MAX_REMARKS = 8
NO_NAME = re.compile(r"name '(\w+)' is not defined")


def add_file_findings(
    verdicts: Sequence[Verdict], report: FileReport, results: Mapping[str, Results], carrier: str
) -> tuple[Verdict, ...]:
    """Return the verdicts with what the file as a whole explains; no mark changes.

    Args:
        verdicts: on the tasks of one file, in the order of the assignment.
        report: on that file.
        results: task -> case id -> what was observed.
        carrier: the task whose verdict gets the remarks about the whole file.
    """
    explained = []
    for verdict in verdicts:
        own = [p for p in report.problems if p.kind == "compiled" and verdict.task in p.names]
        whole = [p for p in report.problems if p.kind != "compiled"]
        remarks = file_remarks([*own, *(whole if verdict.task == carrier else [])])
        caused = _with_cause(verdict, report, results.get(verdict.task, {}))
        explained.append(replace(caused, findings=(*caused.findings, *remarks)))
    return tuple(explained)


def file_remarks(problems: Sequence[Problem]) -> list[Finding]:
    """Return one remark for each problem of a file, the first few."""
    remarks = []
    for problem in problems[:MAX_REMARKS]:
        words = {"line": problem.line, "error": clean(problem.error)}
        finding = say(REMARKS.get(problem.kind, "line_failed"), quoted_line(problem), **words)
        remarks.append(replace(finding, remark=True))
    return remarks


def describe_file(report: FileReport) -> str | None:
    """Return one line for the instructor: what was left out of a file; None if nothing was."""
    problems = [problem for problem in report.problems if problem.kind not in HARMLESS]
    if not problems:
        return None
    newer = [problem for problem in problems if problem.kind == "newer_syntax"]
    first = (newer or problems)[0]
    how = "failed" if first.kind in FAILED else "was read differently"
    how = "was left out" if first.kind in UNREADABLE else how
    line = f"line {first.line} of the file {how} ({clean(first.error)})"
    more = len(problems) - 1
    advice = "; grade it with that version before marks go out" if newer else ""
    return line + (f", and {more} more" if more else "") + advice


def clean(text: str) -> str:
    """Return text of a student's process without control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def quoted_line(problem: Problem) -> tuple[str, ...]:
    """Return the line of a problem, and for a syntax error a caret below the place."""
    text = problem.text.replace("\t", " ").rstrip()
    if not text:
        return ()
    indent = len(text) - len(text.lstrip())
    if not problem.caret:
        return (clean(text.strip()),)
    caret = max(0, min(problem.caret, len(text) + 1) - 1 - indent)
    return clean(text.strip()), " " * caret + "^"


def _with_cause(verdict: Verdict, report: FileReport, results: Results) -> Verdict:
    """Return a verdict with the line of the file by which the task fails, if there is one."""
    if verdict.fraction == 1.0:
        return verdict
    codes = {finding.code for finding in verdict.findings}
    if "missing" in codes and (problem := _lost_with(verdict.task, report)) is not None:
        code = "unreadable_task" if problem.kind in UNREADABLE else "task_not_defined"
        words = {"task": verdict.task, "line": problem.line, "error": clean(problem.error)}
        others = tuple(finding for finding in verdict.findings if finding.code != "missing")
        findings = (say(code, quoted_line(problem), **words), *others)
        return replace(verdict, status=Status.CRASHED, findings=findings)
    needed, again = _needed(verdict.task, report, results), _overwritten(verdict.task, report)
    if verdict.status is Status.NOT_ATTEMPTED or any(f.code == "overwritten" for f in again):
        return replace(verdict, findings=(*needed, *again, *verdict.findings))
    return replace(verdict, findings=(*needed, *verdict.findings, *again))


def _lost_with(task: str, report: FileReport) -> Problem | None:
    """Return the problem by which a function was lost: one that names it, or any lost code."""
    naming = [problem for problem in report.problems if task in problem.names]
    lost = [problem for problem in report.problems if problem.kind in UNREADABLE]
    return next(iter([*naming[-1:], *lost]), None)


def _needed(task: str, report: FileReport, results: Results) -> list[Finding]:
    """Return a finding for a name that does not exist because its line failed or was left out."""
    findings: dict[str, Finding] = {}
    for result in results.values():
        error = result.facts.error if isinstance(result, Observation) else None
        match = NO_NAME.search(error.message) if error and error.type == "NameError" else None
        if match is None or match[1] in findings:
            continue
        for problem in report.problems:
            if match[1] in problem.names:
                words = {"line": problem.line, "error": clean(problem.error)}
                text = quoted_line(problem)
                findings[match[1]] = say("name_lost", text, task=task, name=match[1], **words)
    return list(findings.values())


def _overwritten(task: str, report: FileReport) -> list[Finding]:
    """Return a finding if a further line gives the name of a function another value."""
    lines = [binding for binding in report.bindings if binding.name == task]
    written = [binding for binding in lines if binding.kind == "def"]
    if not written:
        return []
    again = _last_overwriting(lines, written[0])
    if again is None:
        return []
    code = "defined_again" if again.kind in ("def", "class") else "overwritten"
    place = f"Line {again.line}" + (", inside a function," if again.kind == "global" else "")
    return [say(code, task=task, line=again.line, place=place, first=written[0].line)]


def _last_overwriting(lines: list[Binding], first: Binding) -> Binding | None:
    """Return the line that binds the name last; one inside a function only if it is alone."""
    outside = [b for b in lines if b.kind != "global" and b.line > first.line]
    inside = [b for b in lines if b.kind == "global"]
    return next(iter([*outside[-1:], *inside]), None)
