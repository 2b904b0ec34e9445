"""Raise an exception that is its own cause.

Must: be an ordinary exception of one task
Loses: generator_loss 10
Finds: ValueError
"""

def generator_loss(logits_fake):
    error = ValueError("round")
    error.__cause__ = error.__context__ = error
    raise error
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
