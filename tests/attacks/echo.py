"""Give the probe back as the answer.

Must: earn nothing
Loses: generator_loss 10
"""

def generator_loss(logits_fake):
    return logits_fake
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
