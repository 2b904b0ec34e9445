"""A loss that is summed over the batch. The assignment asks for the mean.

Loses: ls_generator_loss 5
Explains: summed over the batch; takes the mean
"""


def ls_generator_loss(scores_fake):
    return 0.5 * torch.sum((scores_fake - 1) ** 2)
