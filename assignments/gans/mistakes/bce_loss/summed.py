"""The given function bce_loss was changed and sums over the batch. Put it back as it was.

Loses: discriminator_loss 10, generator_loss 10
Explains: summed over the batch; takes the mean
"""


def bce_loss(input, target):
    neg_abs = - input.abs()
    loss = input.clamp(min=0) - input * target + (1 + neg_abs.exp()).log()
    return loss.sum()
