"""This is what a loss gives with the wrong sign. The text asks for -E[log D(G(z))].

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    return -bce_loss(logits_fake, torch.ones_like(logits_fake))
