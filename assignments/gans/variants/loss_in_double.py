"""Losses computed in float64, and labels from NumPy.

Remarks: remark_device
"""

import numpy as np


def discriminator_loss(logits_real, logits_fake):
    ones = torch.from_numpy(np.ones((logits_real.shape[0], 1)))
    zeros = torch.from_numpy(np.zeros((logits_fake.shape[0], 1)))
    return bce_loss(logits_real.double(), ones) + bce_loss(logits_fake.double(), zeros)


def generator_loss(logits_fake):
    return bce_loss(logits_fake.double(), torch.ones_like(logits_fake).double()).float()


def ls_generator_loss(scores_fake):
    return torch.mean((scores_fake.to(torch.float64) - 1) ** 2) / 2
