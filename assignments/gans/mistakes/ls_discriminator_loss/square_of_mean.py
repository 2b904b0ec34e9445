"""A loss that squares the mean. The assignment asks for the mean of the squares.

Loses: ls_discriminator_loss 10
Explains: the mean before the square
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * (scores_real.mean() - 1) ** 2 + 0.5 * scores_fake.mean() ** 2
