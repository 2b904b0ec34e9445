"""A loss with +1 for -1. The assignment asks for 1/2 E[(D(G(z)) - 1)^2].

Loses: ls_generator_loss 5
Explains: logits_fake is compared with -1; the assignment asks for 1
"""


def ls_generator_loss(scores_fake):
    return 0.5 * ((scores_fake + 1) ** 2).mean()
