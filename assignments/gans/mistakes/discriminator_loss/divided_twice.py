"""A loss that divides the mean by the number of images once more.

Loses: discriminator_loss 10
Explains: divided by the number of scores twice
"""


def discriminator_loss(logits_real, logits_fake):
    N = logits_real.shape[0]
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return (real + fake) / N
