"""Question 1 is read in many forms; full marks are suggested only for a wholly right answer."""

import pytest

from autograder.marking.orbit import RIGHT_X, RIGHT_Y, play, suggest

Y, X = [str(v) for v in RIGHT_Y], [str(v) for v in RIGHT_X]
TEXT = (
    "The value is $\\min_x \\max_y f(x,y) = 0$. Rules: $y_{t+1} = y_t + x_t$ and "
    "$x_{t+1} = x_t - y_{t+1}$.\n\n"
)


def markdown(y: list[str] = Y, x: list[str] = X) -> str:
    head = "| | $t=0$ | $t=1$ | $t=2$ | $t=3$ | $t=4$ | $t=5$ | $t=6$ |\n|" + "---|" * 8
    return f"{head}\n| $y_t$ | {' | '.join(y)} |\n| $x_t$ | {' | '.join(x)} |\n"


def html(y: list[str] = Y, x: list[str] = X, opens: str = "<") -> str:
    rows = [("y", y), ("x", x)]
    cells = "".join(
        f"{opens}tr>{opens}td>{name}{opens}/td>"
        + "".join(f"{opens}td>{value}{opens}/td>" for value in values)
        + f"{opens}/tr>"
        for name, values in rows
    )
    return f"{opens}table>{cells}{opens}/table>"


def latex(y: list[str] = Y, x: list[str] = X, name: str = "array") -> str:
    spec = "{c|ccccccc}" if name == "array" else ""
    return (
        rf"$$\begin{{{name}}}{spec} y_t & " + " & ".join(y) + r" \\ \hline x_t & " + " & ".join(x)
        + rf"\end{{{name}}}$$"
    )  # fmt: skip


def columns(y: list[str] = Y, x: list[str] = X) -> str:
    rows = "\n".join(f"| {t} | {a} | {b} |" for t, (a, b) in enumerate(zip(y, x, strict=True)))
    return f"| t | y | x |\n|---|---|---|\n{rows}\n"


def minus(text: str, sign: str) -> str:
    return text.replace("-1", f"{sign}1").replace("-2", f"{sign}2")


RIGHT = {
    "markdown": markdown(),
    "markdown with unicode minus": minus(markdown(), "\u2212"),
    "markdown with dollars": markdown([f"${v}$" for v in Y], [f"${v}$" for v in X]),
    "markdown in bold": markdown([f"**{v}**" for v in Y], X),
    "markdown with floats": markdown([f"{v}.0" for v in Y], X),
    "markdown without outer bars": markdown().replace("\n| ", "\n").replace(" |\n", "\n"),
    "markdown, x first": "\n".join([*markdown().splitlines()[:2], *markdown().splitlines()[:1:-1]]),
    "html": html(),
    "html made harmless": html(opens="< "),
    "latex array": latex(),
    "latex pmatrix": latex(name="pmatrix"),
    "columns": columns(),
    "rows with commas": f"y: {', '.join(Y)}\nx: {', '.join(X)}",
    "rows with blanks": f"y {' '.join(Y)}\nx {' '.join(X)}",
    "rows with arrows": f"y_t = {' -> '.join(Y)}\nx_t = {' -> '.join(X)}",
    "lists": f"y = [{', '.join(Y)}]\nx = [{', '.join(X)}]",
    "lists on one line": f"y = [{', '.join(Y)}], x = [{', '.join(X)}]",
    "tuples": f"y = ({', '.join(Y)})\nx = ({', '.join(X)})",
    "six values": f"y: {', '.join(Y[1:])}\nx: {', '.join(X[1:])}",
    "pairs (x, y)": "(x, y): " + ", ".join(f"({a}, {b})" for a, b in zip(X, Y, strict=True)),
    "pairs (y, x)": "(y_t, x_t): " + " ".join(f"({b}, {a})" for a, b in zip(X, Y, strict=True)),
    "names": ", ".join(f"y_{t} = {Y[t]}, x_{t} = {X[t]}" for t in range(7)),
    "names in braces": "\n".join(f"$y_{{{t}}}={Y[t]}$, $x_{{{t}}}={X[t]}$" for t in range(7)),
    "names without underscore": "\n".join(f"y{t} = {Y[t]}; x{t} = {X[t]}" for t in range(1, 7)),
    "names with subscripts": "\n".join(
        f"y{'₀₁₂₃₄₅₆'[t]} = {Y[t]}, x{'₀₁₂₃₄₅₆'[t]} = {X[t]}" for t in range(7)
    ),
    "steps": "\n".join(f"t={t}: y={Y[t]}, x={X[t]}" for t in range(7)),
    "numbered steps": "\n".join(f"{t}. y = {Y[t]}, x = {X[t]}" for t in range(1, 7)),
    "calculations": "\n".join(
        f"y_{t + 1} = {Y[t]} + ({X[t]}) = {Y[t + 1]}\n"
        f"x_{t + 1} = {X[t]} - ({Y[t + 1]}) = {X[t + 1]}"
        for t in range(6)
    ),
    "calculations in cells": markdown([Y[0], *(f"{Y[t]}+{X[t]}={Y[t + 1]}" for t in range(6))], X),
}


@pytest.mark.parametrize("form", RIGHT)
def test_right_answer_is_read_in_every_form(form):
    """A right table in this form gets the full suggestion, and it is exact."""
    found = suggest(TEXT + RIGHT[form])
    assert found is not None and found.points == 5 and found.exact, found


def changed(values: list[str], **at: str) -> list[str]:
    new = list(values)
    for name, value in at.items():
        new[int(name[1:])] = value
    return new


SIMULTANEOUS = [(1, 1)]
for _ in range(6):
    SIMULTANEOUS.append(
        (SIMULTANEOUS[-1][0] + SIMULTANEOUS[-1][1], SIMULTANEOUS[-1][1] - SIMULTANEOUS[-1][0])
    )
CARRIED_Y, CARRIED_X = [*RIGHT_Y[:3], 3], [*RIGHT_X[:3]]  # y_3 wrong, the rest follows from it
CARRIED_X.append(CARRIED_X[-1] - CARRIED_Y[-1])
for _ in range(3):
    CARRIED_Y.append(CARRIED_Y[-1] + CARRIED_X[-1])
    CARRIED_X.append(CARRIED_X[-1] - CARRIED_Y[-1])

WRONG = {
    "one wrong sign": (
        markdown(Y, changed(X, t3="1")),
        "x_3 has the wrong sign, all others are right",
    ),
    "one wrong value": (markdown(changed(Y, t6="7"), X), "y_6 is wrong, all others are right"),
    "rows exchanged": (markdown(X, Y), "the rows of x and y are exchanged"),
    "simultaneous": (
        markdown([str(y) for y, _ in SIMULTANEOUS], [str(x) for _, x in SIMULTANEOUS]),
        "x is updated with the old y",
    ),
    "carried error": (
        markdown([str(v) for v in CARRIED_Y], [str(v) for v in CARRIED_X]),
        "y_3 is wrong, the rest is consistent with it",
    ),
    "last step missing": (markdown(changed(Y, t6=""), changed(X, t6="")), "y_6, x_6 missing"),
    "all ones": (markdown(["1"] * 7, ["1"] * 7), "wrong: "),
    "signs lost": (markdown([v.strip("-") for v in Y], [v.strip("-") for v in X]), "wrong: "),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_table_loses_points_for_a_stated_reason(kind):
    """A wrong table never gets the full suggestion, and the reason says what is wrong."""
    answer, reason = WRONG[kind]
    found = suggest(TEXT + answer)
    assert found is not None and found.points < 5 and not found.exact
    assert reason in found.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no value 0 found; no update rules found"),
        (
            "min_x max_y f(x,y) = 1, y_{t+1} = y_t + x_t, x_{t+1} = x_t - y_{t+1}\n",
            "no value 0 found",
        ),
        ("min_x max_y f(x,y) = 0, y_{t+1} = y_t + x_t, x_{t+1} = x_t - y_t\n", "no update rules"),
        ("The value is 0. y += x, then x += y\n", "no update rules"),
        ("The value is infinity. y += x; x -= y\n", "no value 0 found"),
    ],
)
def test_other_parts_of_the_answer_count(text, reason):
    """A right table alone is not a right answer."""
    found = suggest(text + "\n" + markdown())
    assert found.points < 5 and not found.exact and reason in found.reason


@pytest.mark.parametrize(
    "answer",
    ["", "It goes round in circles.", markdown([""] * 7, [""] * 7), "y: 1, 2\nx: 1, -1",
     markdown() + "\n\nor rather\n\n" + markdown(changed(Y, t3="9")), "y = 2, x = 3 and so on",
     markdown(["?"] * 7, ["a"] * 7)],
)  # fmt: skip
def test_unclear_answer_gets_no_suggestion(answer):
    """Where no table can be read, or two differ, a person reads the answer."""
    assert suggest(answer) is None


def test_pairs_without_a_stated_order_are_not_exact():
    """Pairs read as (x, y) by assumption are never accepted without a look."""
    found = suggest(
        TEXT.replace("f(x,y)", "f") + ", ".join(f"({a},{b})" for a, b in zip(X, Y, strict=True))
    )
    assert not found.exact and "which the answer does not say" in found.reason


def test_orbit_has_period_six():
    """The right values return to where they began."""
    ys, xs = play(steps=12)
    assert ys[:7] == ys[6:] and xs[:7] == xs[6:]
