"""Raise KeyboardInterrupt, which `except Exception` lets through.

Must: cost only one task
Loses: generator_loss 10
"""

def generator_loss(logits_fake):
    raise KeyboardInterrupt
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
