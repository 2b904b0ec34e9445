"""check_orbit: which numbers of question 1 follow from the ones before."""

import pytest

from autograder.marking.orbit import play
from cs231n.analysis import check_orbit
from cs231n.analysis import orbit as module

RIGHT = tuple([int(value) for value in row] for row in play())


def test_the_right_numbers_follow_from_each_other():
    """The autograder's own values are accepted."""
    assert repr(check_orbit(*RIGHT)) == "Each number follows from the ones before it."


def test_a_mistake_is_reported_once_and_not_its_consequences():
    """If everything after a wrong number follows from it, only that number is named."""
    y, x = [1.0], [1.0]
    for t in range(6):
        y.append(y[-1] + x[-1] + (t == 2))
        x.append(x[-1] - y[-1])
    message = repr(check_orbit(y, x))
    assert message.startswith("Not following from the numbers before: y_3. ")


def test_simultaneous_steps_do_not_follow():
    """Whoever uses the old y for x is told about the x values."""
    y, x = [1], [1]
    for _ in range(6):
        y, x = [*y, y[-1] + x[-1]], [*x, x[-1] - y[-1]]
    wrong = [name for name, right in check_orbit(y, x).follows.items() if not right]
    assert wrong == ["x_1", "x_3", "x_4", "x_5"]  # y_2 = y_1 and y_6 = y_5 hide the others


def test_an_empty_table_asks_for_numbers():
    """Without numbers the message says what to do; some missing ones are listed."""
    empty = [1, *[None] * 6]
    assert repr(check_orbit(empty, empty)).startswith("Fill in your numbers")
    y, x = list(RIGHT[0]), list(RIGHT[1])
    y[6] = None
    assert repr(check_orbit(y, x)).endswith("a number is missing: y_6, x_6.")
    with pytest.raises(ValueError, match=r"expected seven numbers .*found 6 and 7"):
        check_orbit(y[:6], x)


def test_another_start_is_named():
    """Numbers that follow from each other but start elsewhere are not what the question asks."""
    doubled = [[2 * value for value in row] for row in RIGHT]
    assert repr(check_orbit(*doubled)).endswith("The start is not (1, 1).")


def test_figure_joins_the_points_in_order():
    """The curve goes through the student's points (x, y)."""
    figure = module.orbit_figure(check_orbit(*RIGHT))
    line = figure.axes[0].get_lines()[0]
    assert list(line.get_xdata()) == RIGHT[1] and list(line.get_ydata()) == RIGHT[0]
