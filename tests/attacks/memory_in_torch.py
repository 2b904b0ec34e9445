"""Ask torch for a terabyte.

Must: be an ordinary exception of one task
Loses: generator_loss 10
Finds: RuntimeError
"""

def generator_loss(logits_fake):
    torch.ones(2**38)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
