"""A loss that detaches the scores of the real images.

Loses: discriminator_loss 10
Explains: No gradient reaches logits_real
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real.data, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real + fake
