"""A loss that wants 1 for generated images too. They are to have score 0.

Loses: ls_discriminator_loss 10
Explains: logits_fake is compared with 1; the assignment asks for 0
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * ((scores_fake - 1) ** 2).mean()
