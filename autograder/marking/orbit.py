"""Read the table of question 1 in whatever form it was written, and suggest a mark with its reason.

The question plays f(x, y) = x y by alternating gradient steps from (1, 1): y goes up by x, then x
goes down by the new y. The parser is tolerant in form and strict in content: it suggests full marks
only for an answer of which it has understood every part, and says nothing where it is not sure.
"""

import html
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

STEPS = 6
Value = Fraction | None
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:/[1-9]\d*)?"
MINUS = str.maketrans({c: "-" for c in "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"})
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def play(y: int = 1, x: int = 1, steps: int = STEPS) -> tuple[tuple[Fraction, ...], ...]:
    """Return the right values: (y_0, ..., y_6) and (x_0, ..., x_6)."""
    ys, xs = [Fraction(y)], [Fraction(x)]
    for _ in range(steps):
        ys.append(ys[-1] + xs[-1])
        xs.append(xs[-1] - ys[-1])
    return tuple(ys), tuple(xs)


RIGHT_Y, RIGHT_X = play()


@dataclass(frozen=True)
class Table:
    """The values of an answer.

    Attributes:
        y, x: seven values each, from t = 0; None where there is none.
        certain: False if the order of x and y had to be assumed.
    """

    y: tuple[Value, ...]
    x: tuple[Value, ...]
    certain: bool = True


@dataclass(frozen=True)
class Suggestion:
    """A suggested mark.

    Attributes:
        points: of `most`.
        reason: one line for the person who marks.
        exact: True if every part of the answer was understood and is right.
    """

    points: float
    most: float
    reason: str
    exact: bool


def suggest(answer: str, most: float = 5.0) -> Suggestion | None:
    """Suggest a mark for an answer to question 1.

    One fifth of the points is for the value 0, one fifth for the two update rules, three fifths for
    the table, each wrong value costing its share.

    Args:
        answer: the text as it was handed in.
        most: points of the question.
    Returns:
        None if no table can be read, or if several differ: a person reads it.
    """
    tables = list(dict.fromkeys(read_tables(answer)))
    if len(tables) != 1:
        return None
    table = tables[0]
    right, possible = _count(table)
    value, rules = _says_zero(answer), _has_rules(answer)
    share = most / 5
    points = share * (value + rules) + 3 * share * right / possible
    exact = bool(value and rules and right == possible and table.certain)
    parts = [
        f"{right} of {possible} values",
        *_remarks(table),
        "the value 0 is given" if value else "no value 0 found",
        "both update rules are given" if rules else "no update rules found",
    ]
    if not table.certain:
        parts.append("pairs read as (x, y), which the answer does not say")
    halves = math.floor(points * 2) / 2
    if right < possible or not (value and rules):
        halves = min(halves, most - 0.5)  # a flaw is never rounded away
    return Suggestion(halves, most, "; ".join(parts), exact)


def follows(table: Table) -> tuple[list[bool], list[bool]]:
    """Say of each value whether it follows from the student's own values before it.

    Returns:
        For y_1 ... y_6 and for x_1 ... x_6.
    """
    y, x = table.y, table.x
    ys = [_is_sum(y[t + 1], y[t], x[t], 1) for t in range(STEPS)]
    xs = [_is_sum(x[t + 1], x[t], y[t + 1], -1) for t in range(STEPS)]
    return ys, xs


def _is_sum(result: Value, first: Value, second: Value, sign: int) -> bool:
    if result is None or first is None or second is None:
        return False
    return result == first + sign * second


def _count(table: Table) -> tuple[int, int]:
    """Return how many values are right, of how many: t = 0 is given, and may be left out."""
    pairs = [*zip(table.y, RIGHT_Y, strict=True), *zip(table.x, RIGHT_X, strict=True)]
    if table.y[0] is None and table.x[0] is None:
        pairs = [
            *zip(table.y[1:], RIGHT_Y[1:], strict=True),
            *zip(table.x[1:], RIGHT_X[1:], strict=True),
        ]
    return sum(got == want for got, want in pairs), len(pairs)


def _remarks(table: Table) -> list[str]:
    """Say what a wrong table shows."""
    y, x = table.y, table.x
    names = [f"y_{t}" for t in range(STEPS + 1)] + [f"x_{t}" for t in range(STEPS + 1)]
    values = [*y, *x]
    wrong = [
        name
        for name, got, want in zip(names, values, (*RIGHT_Y, *RIGHT_X), strict=True)
        if got is not None and got != want
    ]
    missing = [n for n, got in zip(names, values, strict=True) if got is None and n[-1] != "0"]
    remarks = []
    if missing:
        remarks.append(f"{', '.join(missing)} missing")
    if not wrong:
        return remarks
    if len(wrong) == 1:
        flipped_sign = _value(wrong[0], y, x) == -_value(wrong[0], RIGHT_Y, RIGHT_X)
        fault = "has the wrong sign" if flipped_sign else "is wrong"
        return [*remarks, f"{wrong[0]} {fault}, all others are right"]
    if (y, x) == (RIGHT_X, RIGHT_Y):
        return [*remarks, "the rows of x and y are exchanged"]
    simultaneous = _simultaneous()
    if (y[1:], x[1:]) == (simultaneous[0][1:], simultaneous[1][1:]):
        return [*remarks, "x is updated with the old y (simultaneous steps)"]
    ys, xs = follows(Table((y[0] or Fraction(1), *y[1:]), (x[0] or Fraction(1), *x[1:])))
    broken = [f"y_{t + 1}" for t in range(STEPS) if not ys[t] and y[t + 1] is not None]
    broken += [f"x_{t + 1}" for t in range(STEPS) if not xs[t] and x[t + 1] is not None]
    flipped = [n for n in wrong if _value(n, y, x) == -_value(n, RIGHT_Y, RIGHT_X)]
    first = broken[0] if broken else wrong[0]
    if len(broken) == 1 and first in flipped:
        return [*remarks, f"{first} has the wrong sign, the rest is consistent with it"]
    if len(broken) == 1:
        return [*remarks, f"{first} is wrong, the rest is consistent with it"]
    return [*remarks, f"wrong: {', '.join(wrong)}"]


def _value(name: str, y: Sequence[Value], x: Sequence[Value]) -> Fraction:
    return (y if name[0] == "y" else x)[int(name[2:])] or Fraction(0)


def _simultaneous() -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    ys, xs = [Fraction(1)], [Fraction(1)]
    for _ in range(STEPS):
        y, x = ys[-1], xs[-1]
        ys.append(y + x)
        xs.append(x - y)
    return tuple(ys), tuple(xs)


# Reading


def read_tables(answer: str) -> Iterator[Table]:
    """Yield every table of values that an answer holds, in the order of the ways to write one."""
    text = _plain(answer)
    grids = [*_html_grids(text), *_latex_grids(text), *_markdown_grids(text)]
    found = [table for grid in grids for table in _tables_of(grid)]
    if not found:
        found = [
            table for table in (_from_rows(text), _from_pairs(text), _from_names(text)) if table
        ]
    yield from found


def _plain(answer: str) -> str:
    """Return the text without signs that only change how it looks."""
    text = html.unescape(answer).translate(MINUS).translate(DIGITS)
    text = re.sub(
        r"\\(?:left|right|,|;|!|:|quad|qquad|displaystyle|mathbf|boldsymbol|rm)(?![a-z])", " ", text
    )
    text = re.sub(r"(?<=\d)\{\}|\\text(?:bf)?\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"[$`*]|\u00a0", " ", text)
    return re.sub(r"\{\s*([-+]?\w+)\s*\}", r"\1", text)  # y_{1} -> y_1, {-1} -> -1


def _markdown_grids(text: str) -> Iterator[list[list[str]]]:
    grid: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.count("|") >= 1:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                grid.append(cells)
        elif grid:
            yield grid
            grid = []


def _html_grids(text: str) -> Iterator[list[list[str]]]:
    """Tables of HTML; a blank behind < stands there once an answer was made harmless."""
    for body in re.findall(r"(?is)<\s*table.*?>(.*?)(?:<\s*/\s*table\s*>|\Z)", text):
        rows = re.split(r"(?i)<\s*tr[^>]*>", body)[1:]
        grid = [re.split(r"(?i)<\s*t[dh][^>]*>", row)[1:] for row in rows]
        yield [[re.sub(r"<[^>]*>", " ", cell).strip() for cell in row] for row in grid]


def _latex_grids(text: str) -> Iterator[list[list[str]]]:
    pattern = r"(?s)\\begin\s*(?:array|tabular|matrix|pmatrix|bmatrix|aligned|align)\b(.*?)\\end"
    for body in re.findall(pattern, text.replace("{", " ").replace("}", " ")):
        body = re.sub(r"^\s*[clr|\s]*[clr|](?=\s)", " ", body.replace("\\hline", " "))
        rows = [row for row in re.split(r"\\\\", body) if "&" in row]
        yield [[cell.strip() for cell in row.split("&")] for row in rows]


def _tables_of(grid: list[list[str]]) -> Iterator[Table]:
    """Read a grid by rows, then by columns."""
    width = max((len(row) for row in grid), default=0)
    square = [row + [""] * (width - len(row)) for row in grid]
    for rows in (square, [list(column) for column in zip(*square, strict=True)]):
        found = _labelled(rows)
        if found is not None:
            yield found
            return
    pairs = [_pair(row) for row in square]
    table = _table_of_pairs([pair for pair in pairs if pair is not None], " ".join(square[0]))
    if table is not None:
        yield table


def _pair(row: list[str]) -> tuple[Value, Value] | None:
    found = [re.search(rf"\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)", cell) for cell in row]
    hits = [hit for hit in found if hit]
    return (Fraction(hits[0][1]), Fraction(hits[0][2])) if len(hits) == 1 else None


def _labelled(rows: list[list[str]]) -> Table | None:
    """Read one row that is labelled y and one that is labelled x."""
    found: dict[str, tuple[Value, ...]] = {}
    times = next((t for t in map(_times, rows) if t), None)
    for row in rows:
        label = _label(row[0]) if row else None
        if label is None:
            continue
        values = _at_times([_number(cell) for cell in row[1:]], times)
        if values is None or sum(value is not None for value in values) < 3:
            continue
        if label in found and found[label] != values:
            return None
        found[label] = values
    if set(found) != {"x", "y"}:
        return None
    return Table(found["y"], found["x"])


def _times(row: list[str]) -> list[int] | None:
    """Return the numbers of the steps if a row holds them: t=0, t=1, ..."""
    numbers = [
        re.fullmatch(r"(?:t|step|k|n|i)?\s*[=:]?\s*(\d)", cell.strip(), re.IGNORECASE)
        for cell in row[1:]
    ]
    times = [int(found[1]) for found in numbers if found]
    if (
        len(times) == len(row) - 1
        and times in ([*range(7)], [*range(1, 7)])
        and _label(row[0]) is None
    ):
        return times
    return None


def _at_times(values: list[Value], times: list[int] | None) -> tuple[Value, ...] | None:
    """Lay values on t = 0 to 6; six values without a head are those from t = 1."""
    if times is None:
        while values and values[-1] is None and len(values) > STEPS + 1:
            values = values[:-1]
        times = [*range(7)] if len(values) == STEPS + 1 else [*range(1, 7)]
    if len(values) != len(times):
        return None
    laid: list[Value] = [None] * (STEPS + 1)
    for time, value in zip(times, values, strict=True):
        laid[time] = value
    return tuple(laid)


def _label(cell: str) -> str | None:
    """Return "x" or "y" if a cell names that row."""
    found = re.fullmatch(r"\W*([xy])(?:[ _]*\(?[tknij]?\)?)?\W*", cell.strip(), re.IGNORECASE)
    return found[1].lower() if found else None


def _number(cell: str) -> Value:
    """Return the number in a cell; of a calculation such as 1+1=2 the result."""
    text = re.sub(r"[xy]\s*_?\s*\d?\s*=", "", cell.strip(), flags=re.IGNORECASE).strip(" .;()[]")
    text = re.sub(r"([-+])\s+(?=\d)", r"\1", text.rpartition("=")[2].strip())
    return Fraction(text) if re.fullmatch(NUMBER, text) else None


def _from_rows(text: str) -> Table | None:
    """Read `y: 1, 2, 1, -1, -2, -1, 1` and `y = [1 2 ...]`, a line for each."""
    found: dict[str, set[tuple[Value, ...]]] = {"x": set(), "y": set()}
    for line in re.split(r"\n|\\\\|(?<=[\])])\s*(?:,|;|and)\s*(?=[xy])", text):
        start = re.match(
            r"\W*(?:the\s+)?([xy])(?:[ _]*\(?[tknij]?\)?)?(?:\s*(?:values|row|sequence))?"
            r"\s*(?:[:=]|->|\bis\b|\bare\b|\s)\W*?(?=[-+]?\d)",
            line.replace("|", " "),
            re.IGNORECASE,
        )  # fmt: skip
        if not start:
            continue
        rest = line.replace("|", " ")[start.end() :].strip(" .;()[]")
        rest = re.sub(r"([-+])\s+(?=\d)", r"\1", rest)
        numbers = re.split(r"\s*(?:,|;|->|→|\\to|\\rightarrow)\s*|\s+", rest.strip())
        if all(re.fullmatch(NUMBER, number) for number in numbers):
            laid = _at_times([Fraction(number) for number in numbers], None)
            if laid is not None:
                found[start[1].lower()].add(laid)
    if len(found["x"]) == 1 and len(found["y"]) == 1:
        return Table(found["y"].pop(), found["x"].pop())
    return None


def _from_pairs(text: str) -> Table | None:
    """Read (1, 1), (-1, 2), ...; the order of the two is what the text says, else assumed."""
    numbers = rf"\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)"
    pairs = [(Fraction(a), Fraction(b)) for a, b in re.findall(numbers, text)]
    return _table_of_pairs(pairs, text)


def _table_of_pairs(pairs: Iterable[tuple[Value, Value]], text: str) -> Table | None:
    pairs = list(pairs)
    if len(pairs) == STEPS + 2 and pairs[0] == pairs[1]:
        pairs = pairs[1:]
    firsts = _at_times([first for first, _ in pairs], None)
    seconds = _at_times([second for _, second in pairs], None)
    if firsts is None or seconds is None:
        return None
    order = set(
        re.findall(
            r"(?<!f)(?<!f )\(\s*([xy])[ _]*[t\d]?\s*,\s*([xy])[ _]*[t\d]?\s*\)", text, re.IGNORECASE
        )
    )
    orders = {(a.lower(), b.lower()) for a, b in order}
    if orders == {("y", "x")}:
        return Table(firsts, seconds)
    return Table(seconds, firsts, certain=orders == {("x", "y")})


def _from_names(text: str) -> Table | None:
    """Read y_1 = 2, x_1 = -1, ... wherever they stand, or `t=1: y=2, x=1`."""
    found: dict[tuple[str, int], set[Fraction]] = {}

    def note(name: str, time: int, result: str) -> None:
        value = _number(result)
        if value is not None and time <= STEPS:
            found.setdefault((name.lower(), time), set()).add(value)

    chain = r"\s*(?:=|:|->)\s*((?:[^=\n,;&]*=)*\s*[-+]?\s*[\d./]+)(?![\w(])"
    for name, time, result in re.findall(rf"([xy])[ _]*\(?(\d)\)?{chain}", text, re.IGNORECASE):
        note(name, int(time), result)
    for line in text.splitlines():
        step = re.match(r"\W*(?:t|step|iteration)?\s*[=:]?\s*(\d)\s*[:.)\]-]", line, re.IGNORECASE)
        for name, result in (
            re.findall(rf"\b([xy])(?:_t)?{chain}", line, re.IGNORECASE) if step else ()
        ):
            note(name, int(step[1]), result)
    if any(len(values) > 1 for values in found.values()):
        return None

    def row(name: str) -> tuple[Value, ...]:
        return tuple(next(iter(found.get((name, t), ())), None) for t in range(STEPS + 1))

    table = Table(row("y"), row("x"))
    enough = all(
        sum(value is not None for value in values) >= STEPS for values in (table.y, table.x)
    )
    return table if enough else None


def _says_zero(answer: str) -> bool:
    """Return whether the answer gives 0 as the value of the game, and no other value."""
    text = re.sub(r"[$*{}\s\\,]+", "", answer.translate(MINUS).lower())
    game = r"min_?x_?max_?y(?:f(?:\(xy\)|\(x;?y\))?|xy|\(xy\))?"
    values = re.findall(rf"{game}(?:=|is|:|equals|->)+(?:xy=)?([-+]?\d+(?:\.\d+)?)", text)
    if values:
        return set(values) <= {"0", "0.0"}
    plain = re.findall(
        r"(?:value|optimum|minimax|answer|result)[^.\n\d]{0,40}?(?:=|\bis\b|:|equals)\s*([-+]?\d+)\b",
        answer.translate(MINUS).replace("$", " ").lower(),
    )
    return bool(plain) and set(plain) == {"0"}


def _has_rules(answer: str) -> bool:
    """Return whether both update rules stand in the answer, x with the new y."""
    text = answer.translate(MINUS).translate(DIGITS).lower()
    text = re.sub(r"\\?\b(?:leftarrow|gets)\b|<-|:=|←", "=", text)
    text = re.sub(r"\\?(?:cdot|eta|alpha|times)\b|[$*{}\\]|\b1 ?(?=\*)", "", text)
    text = re.sub(r"\s*([=+\-_()^'])\s*", r"\1", text)
    if re.search(r"\by\+=x\b", text) and re.search(r"\bx-=y\b", text):
        return True
    new, old = r"(?:_?\(?[tkn]\+1\)?|_?new|')", r"(?:_?\(?[tkn]\)?|_?old)?"
    ends = r"(?![\w+(*'])"
    y_rule = rf"\by(?:{new}|_?[tkn])?=(?:y{old}\+x{old}|x{old}\+y{old}){ends}"
    x_rule = rf"\bx(?:{new}|_?[tkn])?=(?:x{old}-y{new}|-y{new}\+x{old}){ends}"
    return bool(re.search(y_rule, text) and re.search(x_rule, text))


# grade_id of a question whose answers a program can read -> the function that suggests a mark
SUGGESTERS: dict[str, Callable[[str, float], Suggestion | None]] = {"inline-question-1": suggest}
