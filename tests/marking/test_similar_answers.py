"""Answers in nearly the same words form a group; answers of different content do not."""

from autograder.marking.similar_answers import group_answers


def test_same_words_are_identical_whatever_the_marks():
    """Case, blanks and Markdown make no difference; signs do."""
    groups = group_answers({"a": "No, it **cycles**.", "b": "no it cycles", "c": "yes", "d": ""})
    assert [(group.students, group.identical) for group in groups] == [(("a", "b"), True)]
    assert group_answers({"a": "x is 1", "b": "x is -1"}) == []


def test_nearly_the_same_words_are_alike():
    """One word of twenty makes no new group; a chain of small changes is one group."""
    base = (
        "no because after six steps the pair is the same as at the start and it goes round for ever"
    )
    answers = {
        "a": base,
        "b": base.replace("pair", "point"),
        "c": "it depends on the learning rate",
    }
    (group,) = group_answers(answers)
    assert group.students == ("a", "b") and not group.identical


def test_a_thousand_answers_are_grouped_in_seconds():
    """Different answers are told apart by their words before their order is compared."""
    answers = {
        f"s{n}": f"answer {n} " + " ".join(f"w{(n * k) % 97}" for k in range(40))
        for n in range(1000)
    }
    assert len(group_answers(answers)) < 500
