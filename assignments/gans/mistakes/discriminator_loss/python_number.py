"""This is a Python number, as .item() gives it. It has no gradient; the assignment asks for a
tensor.

Loses: discriminator_loss 10
Explains: no gradient reaches the scores
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real.item() + fake.item()
