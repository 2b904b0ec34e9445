"""A loss that is summed over the batch. The assignment asks for the mean.

Loses: ls_discriminator_loss 10
Explains: summed over the batch; takes the mean
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).sum() + 0.5 * (scores_fake ** 2).sum()
