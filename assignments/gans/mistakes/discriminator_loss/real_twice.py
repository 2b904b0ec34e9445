"""A loss that uses the scores of the real images in both of its parts.

Loses: discriminator_loss 10
Explains: Both parts of your loss use logits_real
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_real, torch.zeros_like(logits_real))
    return real + fake
