"""Take memory in steps until none is left.

Must: cost only one task
Loses: generator_loss 10
"""

def generator_loss(logits_fake):
    kept = []
    while True:
        kept.append(bytearray(2**24))
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
