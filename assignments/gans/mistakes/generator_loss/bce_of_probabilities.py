"""A loss computed by F.binary_cross_entropy on sigmoid(score), which cuts off large losses and
their gradient. Use bce_loss on the scores.

Loses: generator_loss 5
Explains: scores of 30; log(sigmoid(score))
"""

import torch.nn.functional as F


def generator_loss(logits_fake):
    labels = torch.ones_like(logits_fake)
    return F.binary_cross_entropy(torch.sigmoid(logits_fake), labels)
