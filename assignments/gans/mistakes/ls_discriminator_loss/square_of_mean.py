"""This is what a loss gives that squares the mean. The text asks for the mean of the
squares.

Loses: ls_discriminator_loss 10
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * (scores_real.mean() - 1) ** 2 + 0.5 * scores_fake.mean() ** 2
