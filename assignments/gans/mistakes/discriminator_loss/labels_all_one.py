"""A loss with label 1 for generated images too. Their label is 0 here.

Loses: discriminator_loss 10
Explains: logits_fake has label 1; asks for label 0
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.ones_like(logits_fake))
    return real + fake
