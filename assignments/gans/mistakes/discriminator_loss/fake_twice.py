"""A loss that uses the scores of the generated images in both of its parts.

Loses: discriminator_loss 10
Explains: Both parts of your loss use logits_fake
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_fake, torch.ones_like(logits_fake))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real + fake
