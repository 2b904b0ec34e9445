"""This is what a loss gives with label 0 for real images too. Their label is 1.

Loses: discriminator_loss 10
"""


def discriminator_loss(logits_real, logits_fake):
    zeros = torch.zeros_like(logits_real)
    return bce_loss(logits_real, zeros) + bce_loss(logits_fake, zeros)
