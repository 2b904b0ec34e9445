"""The matrix as text for a terminal, as Markdown for the docs and as one page of HTML."""

from html import escape

from .matrix import Matrix, Row

TITLE = "Known mistakes"
INTRO = (
    "Each row is a wrong solution that students really write, the marks that it loses in each of "
    "the tasks, and what the student reads. The files are in the folder `mistakes` of the "
    "assignment's room; this page is written by `python -m autograder matrix --markdown FILE`."
)
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem;
       color: #1c1e21; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #c9ccd1; padding: .3rem .5rem; text-align: left;
         vertical-align: top }
thead th { position: sticky; top: 0; background: #eef0f3 }
td.marks { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.lost { font-weight: 600 }
tr.wrong { outline: 2px solid #a4133c }
@media (prefers-color-scheme: dark) {
  body { color: #e6e8eb; background: #15171a } thead th { background: #24272c } }
"""


def message(row: Row) -> str:
    """What a student reads who makes this mistake: each sentence once, remarks left out."""
    own = [f.text for v in row.verdicts.values() for f in v.findings
           if not f.remark and (f.mistake is None or f.mistake == row.entry.name)]  # fmt: skip
    return " ".join(dict.fromkeys(own))


def to_text(matrix: Matrix) -> str:
    """The rows that are not as they should be in full, then the totals of each task."""
    lines = []
    for row in (*matrix.mistakes, *matrix.variants):
        marks = ", ".join(f"{task} -{points:g}" for task, points in row.lost.items()) or "nothing"
        flag = "" if row.exact else f"  SHOULD LOSE {row.entry.loses or 'nothing'}"
        lines.append(f"{row.entry.name}: loses {marks}{flag}")
        if row.lost:
            lines.append(f"    {message(row)}")
    return "\n".join([*lines, *totals(matrix)])


def totals(matrix: Matrix) -> list[str]:
    """The lines that say whether all is well: what is wrong, what is not named, the counts."""
    lines = []
    for row in matrix.wrong:
        lines.append(f"{row.entry.name}: loses {row.lost}, its file says {row.entry.loses}")
    for row in matrix.unnamed:
        lines.append(f"{row.entry.name}: costs marks, and its finding names no mistake")
    return [*lines, matrix.summary]


def to_markdown(matrix: Matrix) -> str:
    """Tables for the docs, one for each folder of mistakes, and the list of right variants."""
    lines = [f"# {TITLE}", "", INTRO, "", matrix.summary + ".", ""]
    lines += _legend(matrix)
    numbers = [str(n) for n, _ in enumerate(matrix.tasks, 1)]
    for folder, rows in _folders(matrix.mistakes).items():
        lines += ["", f"## {folder}", "", _line(["mistake", *numbers, "what the student reads"])]
        lines.append(_line(["---", *["--:"] * len(numbers), "---"]))
        lines += [_line([f"`{_short(row)}`", *_marks(matrix, row), message(row)]) for row in rows]
    lines += ["", "## Right, however unusual", "", "These keep every mark.", ""]
    lines += [f"- `{row.entry.name}`: {row.entry.says}" for row in matrix.variants]
    return "\n".join(lines) + "\n"


def to_html(matrix: Matrix) -> str:
    """One page that needs no other file."""
    heads = "".join(
        f'<th scope="col" title="{escape(t.name)}">{n}</th>' for n, t in enumerate(matrix.tasks, 1)
    )
    legend = "".join(f"<li>{escape(t.name)}, {t.points:g} points</li>" for t in matrix.tasks)
    tables = []
    for name, rows in (("Mistakes", matrix.mistakes), ("Right solutions", matrix.variants)):
        body = "".join(_html_row(matrix, row) for row in rows)
        tables.append(
            f'<h2>{name}</h2><table><thead><tr><th scope="col">name</th>{heads}'
            f'<th scope="col">what the student reads</th></tr></thead><tbody>{body}</tbody></table>'
        )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{TITLE}</h1><p>{escape(matrix.summary)}.</p><p>Marks lost, by task:</p>"
        f"<ol>{legend}</ol>{''.join(tables)}</body></html>\n"
    )


def _html_row(matrix: Matrix, row: Row) -> str:
    cells = "".join(
        f'<td class="marks{" lost" if mark else ""}">{mark}</td>' for mark in _marks(matrix, row)
    )
    text = message(row) or row.entry.says
    if not row.exact:
        text += f" SHOULD LOSE {row.entry.loses or 'nothing'}."
    wrong = "" if row.exact else ' class="wrong"'
    name = escape(row.entry.name)
    return f'<tr{wrong}><th scope="row">{name}</th>{cells}<td>{escape(text)}</td></tr>'


def _legend(matrix: Matrix) -> list[str]:
    return [f"{n}. `{t.name}`, {t.points:g} points" for n, t in enumerate(matrix.tasks, 1)]


def _marks(matrix: Matrix, row: Row) -> list[str]:
    return [f"{row.lost[t.name]:g}" if t.name in row.lost else "" for t in matrix.tasks]


def _folders(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    folders: dict[str, list[Row]] = {}
    for row in rows:
        folders.setdefault(row.entry.name.partition("/")[0], []).append(row)
    return folders


def _short(row: Row) -> str:
    return row.entry.name.partition("/")[2]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
