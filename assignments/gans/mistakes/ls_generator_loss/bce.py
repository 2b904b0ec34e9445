"""A loss that is binary cross-entropy, as in the earlier task. The assignment asks for 1/2
E[(D(G(z)) - 1)^2].

Loses: ls_generator_loss 5
Explains: binary cross-entropy; squared distance
"""


def ls_generator_loss(scores_fake):
    return generator_loss(scores_fake)
