"""This is what a loss gives with one number for each image. The text asks for the mean over
the batch.

Loses: ls_generator_loss 5
"""


def ls_generator_loss(scores_fake):
    return 0.5 * (scores_fake - 1) ** 2
