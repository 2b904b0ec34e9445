"""A loss that detaches the scores of the generated images. The training loop detaches the images;
the scores must keep their gradient.

Loses: discriminator_loss 10
Explains: No gradient reaches logits_fake
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake.detach(), torch.zeros_like(logits_fake))
    return real + fake
