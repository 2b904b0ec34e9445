"""Render a verdict as text for a terminal and as HTML for notebooks, feedback and gradebook."""

import re
from html import escape

from cs231n.engine.explaining.table import table_html, table_text
from cs231n.engine.schema import Finding, Status, Verdict

# status -> sign, word and colour; colour never stands alone
LOOKS: dict[Status, tuple[str, str, str]] = {
    Status.PASSED: ("\N{CHECK MARK}", "passed", "#00694b"),
    Status.PARTIAL: ("~", "partly right", "#8a5a00"),
    Status.FAILED: ("\N{MULTIPLICATION X}", "not right yet", "#a4133c"),
    Status.NOT_ATTEMPTED: ("\N{WHITE CIRCLE}", "not attempted", "#4a4e57"),
    Status.CRASHED: ("!", "raised an error", "#a4133c"),
    Status.TIMED_OUT: ("!", "took too long", "#a4133c"),
}


def headline(verdict: Verdict, points: float) -> str:
    """Return one line: sign, task, status and marks."""
    sign, word, _ = LOOKS[verdict.status]
    return f"{sign} {verdict.task}: {word} ({_marks(verdict.points(points))}/{_marks(points)})"


def to_text(verdict: Verdict, points: float) -> str:
    """Return a verdict as plain text.

    Args:
        verdict: to show.
        points: what the task is worth.
    Returns:
        Several lines without a newline at the end.
    """
    lines = [headline(verdict, points)]
    for finding in verdict.findings:
        lines.append(f"  {_sentence(finding)}")
        lines += [f"    {line}" for line in (*finding.details, *table_text(finding.rows))]
    return "\n".join(lines)


def to_html(verdict: Verdict, points: float, folded: bool = False) -> str:
    """Return a verdict as HTML without scripts, readable on dark and light ground and in print.

    Text from a student's code is escaped. The first sentence of a finding that costs marks is bold.

    Args:
        verdict: to show.
        points: what the task is worth.
        folded: show only the first finding's text; a reader opens the rest.
    """
    sign, word, colour = LOOKS[verdict.status]
    marks = f"{_marks(verdict.points(points))} of {_marks(points)} points"
    parts = [
        f'<div class="verdict verdict-{verdict.status}" style="border-left:4px solid {colour};'
        'padding:0.4em 0.8em;margin:0.4em 0;font-family:sans-serif;line-height:1.45">'
        f'<div><strong><span aria-hidden="true">{escape(sign)}</span> '
        f"{escape(verdict.task)}: {word}</strong> ({marks})</div>"
    ]
    blocks = [(f"<div>{_html_sentence(f)}</div>", _html_details(f)) for f in verdict.findings]
    if folded and blocks:
        (first, details), *rest = blocks
        details += "".join(sentence + evidence for sentence, evidence in rest)
        folds = f"<details><summary>Details</summary>{details}</details>" if details else ""
        return "".join([*parts, first, folds, "</div>"])
    return "".join([*parts, *(part for block in blocks for part in block), "</div>"])


def _html_details(finding: Finding) -> str:
    details = ""
    if finding.details:
        lines = escape("\n".join(finding.details))
        details = (
            '<pre style="margin:0.3em 0 0.5em 1em;white-space:pre-wrap;'
            f'font-family:monospace">{lines}</pre>'
        )
    return details + table_html(finding.rows)


def _sentence(finding: Finding) -> str:
    return f"Remark, costs nothing: {finding.text}" if finding.remark else finding.text


def _html_sentence(finding: Finding) -> str:
    if finding.remark:
        return escape(_sentence(finding))
    first, *rest = re.split(r"(?<=[.?!:])\s+(?=[A-Z])", finding.text, maxsplit=1)
    return f"<strong>{escape(first)}</strong>" + "".join(f" {escape(text)}" for text in rest)


def _marks(points: float) -> str:
    return f"{points:g}"
