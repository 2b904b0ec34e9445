"""The loss is computed, but not returned.

Loses: discriminator_loss 10
Explains: Did you forget `return`
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    loss = real + fake
