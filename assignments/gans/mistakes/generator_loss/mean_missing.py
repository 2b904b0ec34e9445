"""A loss with one number for each image. The assignment asks for the mean over the batch.

Loses: generator_loss 10
Explains: must be one number; mean over the batch
"""

import torch.nn.functional as F


def generator_loss(logits_fake):
    return F.softplus(-logits_fake)
