"""How much of a verdict a student sees: the assignment's table sets the degree."""

import re
from dataclasses import replace

from cs231n.engine.schema import Finding, Verdict

THAT, WHAT, ALL = DEGREES = ("that", "what", "all")
# What these findings say is about the file and the run, not about the mistake: always shown.
RUN = {
    "not_attempted", "calls_unwritten", "missing", "crashed", "timed_out", "stopped", "unreadable",
    "import_failed", "no_file", "unreadable_task", "task_not_defined", "name_lost", "overwritten",
    "defined_again", "line_failed", "code_skipped", "odd_file", "package_absent", "uncompiled",
}  # fmt: skip


def limit_to_degree(verdict: Verdict, degree: str) -> Verdict:
    """Return a verdict as a student sees it; status and points stay.

    Args:
        verdict: the whole verdict.
        degree: "that" keeps findings on the file and the run; "what" also the first sentence on the
            mistake and the remarks, without figures and tables; "all" keeps everything.
    """
    if degree == ALL:
        return verdict
    first = next((f for f in verdict.findings if not f.remark and f.code not in RUN), None)
    kept = []
    for finding in verdict.findings:
        if finding.code in RUN:
            kept.append(replace(finding, rows=()))
        elif degree == WHAT and (finding is first or finding.remark):
            kept.append(Finding(finding.code, main_sentence(finding), remark=finding.remark))
    return replace(verdict, findings=tuple(kept))


def main_sentence(finding: Finding) -> str:
    """Return the text of a finding without the number of the differences below it."""
    return re.sub(r" (One more difference|\d+ more differences) below\.$", "", finding.text)
