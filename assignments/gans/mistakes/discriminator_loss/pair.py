"""This is a pair of two losses. The assignment asks for one number, their sum.

Loses: discriminator_loss 10
Explains: returned tuple
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real, fake
