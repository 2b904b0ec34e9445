"""A loss that is half of what is asked for. The assignment asks for -E[log D(G(z))].

Loses: generator_loss 10
Explains: Your loss is half of
"""


def generator_loss(logits_fake):
    return 0.5 * bce_loss(logits_fake, torch.ones_like(logits_fake))
