"""A loss that leaves out the generated images.

Loses: ls_discriminator_loss 10
Explains: leaves out the part for generated scores
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean()
