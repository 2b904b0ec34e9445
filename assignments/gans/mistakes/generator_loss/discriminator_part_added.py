"""A loss that adds the discriminator's part for generated images. The assignment asks for -E[log
D(G(z))].

Loses: generator_loss 10
Explains: adds the cross-entropy with label 1 and that with label 0; asks for label 1
"""


def generator_loss(logits_fake):
    ones = torch.ones_like(logits_fake)
    zeros = torch.zeros_like(logits_fake)
    return bce_loss(logits_fake, ones) + bce_loss(logits_fake, zeros)
