"""Recurse without end.

Must: be an ordinary exception of one task
Loses: generator_loss 10
Finds: RecursionError
"""

def generator_loss(logits_fake):
    generator_loss(logits_fake)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
