"""This is what a loss gives with +1 for -1. The text asks for 1/2 E[(D(G(z)) - 1)^2].

Loses: ls_generator_loss 5
"""


def ls_generator_loss(scores_fake):
    return 0.5 * ((scores_fake + 1) ** 2).mean()
