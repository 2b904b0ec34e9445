"""A loss that is summed over the batch. The assignment asks for the mean.

Loses: discriminator_loss 10
Explains: summed over the batch; takes the mean
"""

import torch.nn.functional as F


def discriminator_loss(logits_real, logits_fake):
    real = F.binary_cross_entropy_with_logits(logits_real, torch.ones_like(logits_real), reduction="sum")
    fake = F.binary_cross_entropy_with_logits(logits_fake, torch.zeros_like(logits_fake), reduction="sum")
    return real + fake
