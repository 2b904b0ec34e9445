"""Abort the process.

Must: cost only one task
Loses: generator_loss 10
Finds: process ended
"""

import os


def generator_loss(logits_fake):
    os.abort()
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
