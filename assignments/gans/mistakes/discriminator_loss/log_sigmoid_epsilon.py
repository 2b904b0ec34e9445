"""A loss computed as log(sigmoid(score) + 1e-8): finite, but cut off for large scores. Use bce_loss
on the scores.

Loses: discriminator_loss 5
Explains: scores of 30; log(sigmoid(score))
"""


def discriminator_loss(logits_real, logits_fake):
    p_real = torch.sigmoid(logits_real)
    p_fake = torch.sigmoid(logits_fake)
    return -torch.mean(torch.log(p_real + 1e-8)) - torch.mean(torch.log(1 - p_fake + 1e-8))
