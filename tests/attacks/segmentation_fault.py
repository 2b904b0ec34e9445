"""Read address zero.

Must: cost only one task
Loses: generator_loss 10
Finds: SIGSEGV
Levels: fresh
"""

import ctypes


def generator_loss(logits_fake):
    ctypes.string_at(0)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
