"""A loss that squares the mean. The assignment asks for the mean of the squares.

Loses: ls_generator_loss 5
Explains: the mean before the square
"""


def ls_generator_loss(scores_fake):
    return 0.5 * (torch.mean(scores_fake) - 1) ** 2
