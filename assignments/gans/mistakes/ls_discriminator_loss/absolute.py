"""A loss with absolute values for squares. The assignment asks for 1/2 E[(D(x) - 1)^2] + 1/2
E[D(G(z))^2].

Loses: ls_discriminator_loss 10
Explains: absolute values; squared distance
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * (scores_real - 1).abs().mean() + 0.5 * scores_fake.abs().mean()
