"""A loss with the wrong sign. The assignment asks for 1/2 E[(D(G(z)) - 1)^2].

Loses: ls_generator_loss 5
Explains: Your loss has the wrong sign
"""


def ls_generator_loss(scores_fake):
    return -0.5 * ((scores_fake - 1) ** 2).mean()
