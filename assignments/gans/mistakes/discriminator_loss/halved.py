"""A loss that is the average of its two parts. The assignment asks for the sum of the two means,
-E[log D(x)] - E[log(1 - D(G(z)))].

Loses: discriminator_loss 10
Explains: The whole loss is half of
"""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return (real + fake) / 2
