"""A loss with one number for each image. The assignment asks for the mean over the batch.

Loses: ls_generator_loss 5
Explains: must be one number; mean over the batch
"""


def ls_generator_loss(scores_fake):
    return 0.5 * (scores_fake - 1) ** 2
