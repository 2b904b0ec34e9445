"""A loss computed as log(sigmoid(score)), which is infinite where the sigmoid rounds to 0 or 1. Use
bce_loss on the scores.

Loses: discriminator_loss 5
Explains: scores of 30; log(sigmoid(score))
"""


def discriminator_loss(logits_real, logits_fake):
    p_real = torch.sigmoid(logits_real)
    p_fake = torch.sigmoid(logits_fake)
    return -(torch.log(p_real).mean() + torch.log(1 - p_fake).mean())
