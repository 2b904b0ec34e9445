"""For more than 100 scores this loss is the sum instead of the mean.

Loses: ls_generator_loss 5
Explains: wrong value
"""


def ls_generator_loss(scores_fake):
    squares = (scores_fake - 1) ** 2 / 2
    return squares.mean() if len(squares) <= 100 else squares.sum()
