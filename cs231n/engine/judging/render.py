"""A verdict as text for a terminal and as HTML for a notebook, a feedback page and a gradebook."""

from html import escape

from cs231n.engine.schema import Finding, Verdict

# Colour never stands alone: each status has its sign and its word.
LOOKS = {
    "passed": ("\N{CHECK MARK}", "passed", "#00694b"),
    "partial": ("~", "partly right", "#8a5a00"),
    "failed": ("\N{MULTIPLICATION X}", "not right yet", "#a4133c"),
    "not_attempted": ("\N{WHITE CIRCLE}", "not attempted", "#4a4e57"),
    "crashed": ("!", "raised an error", "#a4133c"),
    "timed_out": ("!", "took too long", "#a4133c"),
}


def headline(verdict: Verdict, points: float) -> str:
    """One line: sign, task, status and marks."""
    sign, word, _ = LOOKS[verdict.status]
    return f"{sign} {verdict.task}: {word} ({_marks(verdict.points(points))}/{_marks(points)})"


def to_text(verdict: Verdict, points: float) -> str:
    """Plain text of a verdict.

    Args:
        verdict: to show.
        points: what the task is worth.
    Returns:
        Several lines without a newline at the end.
    """
    lines = [headline(verdict, points)]
    for finding in verdict.findings:
        lines.append(f"  {_sentence(finding)}")
        lines += [f"    {line}" for line in finding.details]
    return "\n".join(lines)


def to_html(verdict: Verdict, points: float) -> str:
    """HTML of a verdict, without scripts, readable on dark and light ground and when printed.

    Text that came from a student's code is escaped.
    """
    sign, word, colour = LOOKS[verdict.status]
    marks = f"{_marks(verdict.points(points))} of {_marks(points)} points"
    parts = [
        f'<div class="verdict verdict-{verdict.status}" style="border-left:4px solid {colour};'
        'padding:0.4em 0.8em;margin:0.4em 0;font-family:sans-serif;line-height:1.45">'
        f'<div><strong><span aria-hidden="true">{escape(sign)}</span> '
        f"{escape(verdict.task)}: {word}</strong> ({marks})</div>"
    ]
    for finding in verdict.findings:
        parts.append(f"<div>{escape(_sentence(finding))}</div>")
        if finding.details:
            lines = escape("\n".join(finding.details))
            parts.append(
                '<pre style="margin:0.3em 0 0.5em 1em;white-space:pre-wrap;'
                f'font-family:monospace">{lines}</pre>'
            )
    return "".join(parts) + "</div>"


def _sentence(finding: Finding) -> str:
    return f"Remark, costs nothing: {finding.text}" if finding.remark else finding.text


def _marks(points: float) -> str:
    return f"{points:g}"
