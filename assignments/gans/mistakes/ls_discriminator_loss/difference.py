"""A loss that subtracts its second part. The assignment asks for 1/2 E[(D(x) - 1)^2] + 1/2
E[D(G(z))^2].

Loses: ls_discriminator_loss 10
Explains: The part for generated scores has the wrong sign
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean() - 0.5 * (scores_fake ** 2).mean()
