"""A table of a student's work beside the assignment's, as text and as HTML."""

from collections.abc import Sequence
from html import escape

from cs231n.engine.schema import Row

# mark of a row -> (sign, word): neither colour nor sign stands alone
MARKS = {
    "same": ("", ""),
    "changed": ("\N{NOT EQUAL TO}", "differs"),
    "extra": ("+", "not in the assignment"),
    "missing": ("\N{MINUS SIGN}", "missing"),
    "order": ("\N{UPWARDS ARROW LEFTWARDS OF DOWNWARDS ARROW}", "other order"),
    "follows": ("", "follows from a difference above"),
    "stopped": ("!", "stopped here"),
    "unreached": ("", "not reached"),
    "fold": ("", ""),
}
AROUND = 2  # equal rows shown on either side of a difference in a long table
LONG = 16  # rows from which on equal ones are folded


def fold(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows of a table without long runs of equal ones."""
    if len(rows) <= LONG:
        return tuple(rows)
    near = {
        other
        for at, row in enumerate(rows)
        if row.mark not in ("same", "unreached")
        for other in range(at - AROUND, at + AROUND + 1)
    }
    shown, left = [], 0
    for at, row in enumerate(rows):
        if at in near:
            if left:
                shown.append(Row("fold", f"... {left} equal steps", "", ""))
            shown.append(row)
            left = 0
        else:
            left += 1
    if left:
        shown.append(Row("fold", f"... {left} equal steps", "", ""))
    return tuple(shown)


def table_text(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Return the comparison as lines of text, in columns."""
    if not rows:
        return ()
    left = max(len("your network"), *(len(row.found) for row in rows))
    middle = max(len("size"), *(len(row.shape) for row in rows))
    right = max(len("the assignment"), *(len(row.expected) for row in rows))
    lines = [f"  {'your network':<{left}}  {'size':<{middle}}  the assignment"]
    for row in rows:
        sign, word = MARKS[row.mark]
        line = f"{sign or ' ':<2}{row.found:<{left}}  {row.shape:<{middle}}  "
        lines.append(f"{line}{row.expected:<{right}}  {word}".rstrip())
    return tuple(lines)


def table_html(rows: tuple[Row, ...]) -> str:
    """Return the comparison as an HTML table; text of the student's code is escaped."""
    if not rows:
        return ""
    cell = 'style="padding:0 0.8em 0 0;text-align:left;font-family:monospace"'
    head = "".join(f'<th scope="col" {cell}>{name}</th>' for name in
                   ("", "your network", "size", "the assignment", "where"))  # fmt: skip
    body = []
    for row in rows:
        sign, word = MARKS[row.mark]
        mark = f'<span aria-hidden="true">{escape(sign)}</span> {escape(word)}' if word else ""
        texts = [mark, *(escape(t) for t in (row.found, row.shape, row.expected, row.where))]
        if word:
            texts[1] = f"<strong>{texts[1]}</strong>" if row.found else ""
        body.append("<tr>" + "".join(f"<td {cell}>{text}</td>" for text in texts) + "</tr>")
    return (
        '<table style="border-collapse:collapse;font-size:0.9em;margin:0.3em 0">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )
