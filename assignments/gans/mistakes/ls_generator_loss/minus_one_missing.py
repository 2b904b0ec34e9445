"""A loss that wants score 0 for generated images. The generator wants them taken for real, with
score 1.

Loses: ls_generator_loss 5
Explains: logits_fake is compared with 0; the assignment asks for 1
"""


def ls_generator_loss(scores_fake):
    return 0.5 * (scores_fake ** 2).mean()
