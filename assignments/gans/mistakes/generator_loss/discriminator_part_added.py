"""This is what a loss gives that adds the discriminator's part for generated images. The
text asks for -E[log D(G(z))].

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    ones = torch.ones_like(logits_fake)
    zeros = torch.zeros_like(logits_fake)
    return bce_loss(logits_fake, ones) + bce_loss(logits_fake, zeros)
