"""A loss that is the difference of the mean scores, as in a Wasserstein GAN. The assignment asks
for the sum of the two means, -E[log D(x)] - E[log(1 - D(G(z)))].

Loses: discriminator_loss 10
Explains: -1 times the mean score; Wasserstein GAN; binary cross-entropy
"""


def discriminator_loss(logits_real, logits_fake):
    return logits_fake.mean() - logits_real.mean()
