"""A loss that is halved once too often. The assignment asks for 1/2 E[(D(G(z)) - 1)^2].

Loses: ls_generator_loss 5
Explains: Your loss is half of
"""


def ls_generator_loss(scores_fake):
    return 0.25 * ((scores_fake - 1) ** 2).mean()
