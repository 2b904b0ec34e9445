"""This is what a loss gives with label -1 for generated images. Their label is 0.

Loses: discriminator_loss 10
"""


def discriminator_loss(logits_real, logits_fake):
    ones = torch.ones_like(logits_real)
    return bce_loss(logits_real, ones) + bce_loss(logits_fake, -ones)
