"""This is what a loss gives that is the difference of the mean scores, as in a Wasserstein
GAN. The text asks for the sum of the two means, -E[log D(x)] - E[log(1 - D(G(z)))].

Loses: discriminator_loss 10
"""


def discriminator_loss(logits_real, logits_fake):
    return logits_fake.mean() - logits_real.mean()
