"""This is what a loss gives that squares the mean. The text asks for the mean of the
squares.

Loses: ls_generator_loss 5
"""


def ls_generator_loss(scores_fake):
    return 0.5 * (torch.mean(scores_fake) - 1) ** 2
