"""A loss with label 0 for real images too. Their label is 1.

Loses: discriminator_loss 10
Explains: logits_real has label 0; asks for label 1
"""


def discriminator_loss(logits_real, logits_fake):
    zeros = torch.zeros_like(logits_real)
    return bce_loss(logits_real, zeros) + bce_loss(logits_fake, zeros)
