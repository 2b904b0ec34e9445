"""A loss with label 0.9 for real images (label smoothing). The assignment asks for 1.

Loses: discriminator_loss 10
Explains: logits_real has label 0.9; label smoothing; asks for label 1
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.full_like(logits_real, 0.9))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real + fake
