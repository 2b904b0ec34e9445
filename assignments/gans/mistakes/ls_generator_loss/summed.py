"""This is what a loss gives that is summed over the batch. The text asks for the mean.

Loses: ls_generator_loss 5
"""


def ls_generator_loss(scores_fake):
    return 0.5 * torch.sum((scores_fake - 1) ** 2)
