"""This is a Python number, as .item() gives it. It has no gradient; the assignment asks for a
tensor.

Loses: generator_loss 10
Explains: No gradient reaches logits_fake
"""


def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.ones_like(logits_fake)).item()
