"""A loss that gives bce_loss the labels for scores and the scores for labels. The scores come
first.

Loses: discriminator_loss 10
Explains: the labels as scores
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(torch.ones_like(logits_real), logits_real)
    fake = bce_loss(torch.zeros_like(logits_fake), logits_fake)
    return real + fake
