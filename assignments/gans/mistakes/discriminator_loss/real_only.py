"""This is what a loss gives that leaves out the generated images.

Loses: discriminator_loss 10
"""


def discriminator_loss(logits_real, logits_fake):
    return bce_loss(logits_real, torch.ones_like(logits_real))
