"""A loss on sigmoids of the scores. The assignment asks for the raw scores.

Loses: ls_generator_loss 5
Explains: applies a sigmoid to the scores
"""


def ls_generator_loss(scores_fake):
    return 0.5 * ((torch.sigmoid(scores_fake) - 1) ** 2).mean()
