"""Raise an exception with a text of a hundred megabytes.

Must: be cut
Loses: generator_loss 10
Finds: ValueError
"""

def generator_loss(logits_fake):
    raise ValueError("x" * 10**8)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
