"""This is what a loss gives that wants 0 for real images too. They are to have score 1.

Loses: ls_discriminator_loss 10
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * (scores_real ** 2).mean() + 0.5 * (scores_fake ** 2).mean()
