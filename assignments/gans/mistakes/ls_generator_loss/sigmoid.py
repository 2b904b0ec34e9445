"""This is what a loss gives on sigmoids of the scores. The text asks for the raw scores.

Loses: ls_generator_loss 5
"""


def ls_generator_loss(scores_fake):
    return 0.5 * ((torch.sigmoid(scores_fake) - 1) ** 2).mean()
