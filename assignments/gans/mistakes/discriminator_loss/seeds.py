"""This loss sets the seed in each call, so the noise repeats in each step of training.

Loses: discriminator_loss 10
Explains: sets the seed
"""


def discriminator_loss(logits_real, logits_fake):
    torch.manual_seed(0)
    return bce_loss(logits_real, torch.ones_like(logits_real)) + bce_loss(logits_fake, torch.zeros_like(logits_fake))
