"""This is what a loss gives that leaves out the generated images.

Loses: ls_discriminator_loss 10
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean()
