"""A loss computed as log(1 + exp(score)), which overflows for scores of 1000. Use bce_loss on the
scores.

Loses: discriminator_loss 2
Explains: scores of 1000; exp(score); log(sigmoid(score))
"""


def discriminator_loss(logits_real, logits_fake):
    real = torch.log(1 + torch.exp(-logits_real)).mean()
    fake = torch.log(1 + torch.exp(logits_fake)).mean()
    return real + fake
