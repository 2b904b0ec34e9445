"""A loss that leaves out the generated images.

Loses: discriminator_loss 10
Explains: leaves out the part for generated scores
"""


def discriminator_loss(logits_real, logits_fake):
    return bce_loss(logits_real, torch.ones_like(logits_real))
