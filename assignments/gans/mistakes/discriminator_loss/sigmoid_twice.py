"""A loss that applies a sigmoid to the scores before bce_loss, which applies one itself.

Loses: discriminator_loss 10
Explains: applies a sigmoid before the cross-entropy
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(torch.sigmoid(logits_real), torch.ones_like(logits_real))
    fake = bce_loss(torch.sigmoid(logits_fake), torch.zeros_like(logits_fake))
    return real + fake
