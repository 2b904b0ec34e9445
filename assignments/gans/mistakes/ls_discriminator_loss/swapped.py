"""A loss that has real and generated scores the wrong way round. The assignment asks for 1/2
E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2].

Loses: ls_discriminator_loss 10
Explains: The real scores have target 0; real scores have target 0 and the generated ones 1
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_fake - 1) ** 2).mean() + 0.5 * (scores_real ** 2).mean()
