"""This is what a loss gives with label 0.9 for real images (label smoothing). The text asks
for 1.

Loses: discriminator_loss 10
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.full_like(logits_real, 0.9))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real + fake
