"""A loss with label -1 for generated images. Their label is 0.

Loses: discriminator_loss 10
Explains: logits_fake has label -1; asks for label 0
"""


def discriminator_loss(logits_real, logits_fake):
    ones = torch.ones_like(logits_real)
    return bce_loss(logits_real, ones) + bce_loss(logits_fake, -ones)
