"""A loss that is the least-squares loss of a later task. The assignment asks for binary
cross-entropy here.

Loses: discriminator_loss 10
Explains: least-squares loss; binary cross-entropy
"""


def discriminator_loss(logits_real, logits_fake):
    return 0.5 * ((logits_real - 1) ** 2).mean() + 0.5 * (logits_fake ** 2).mean()
