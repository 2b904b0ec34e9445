"""A loss with the wrong sign. The assignment asks for -E[log D(G(z))].

Loses: generator_loss 10
Explains: Your loss has the wrong sign
"""


def generator_loss(logits_fake):
    return -bce_loss(logits_fake, torch.ones_like(logits_fake))
