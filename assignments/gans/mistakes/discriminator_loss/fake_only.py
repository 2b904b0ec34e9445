"""A loss that leaves out the real images.

Loses: discriminator_loss 10
Explains: leaves out the part for real scores
"""


def discriminator_loss(logits_real, logits_fake):
    loss = bce_loss(logits_real, torch.ones_like(logits_real))
    loss = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return loss
