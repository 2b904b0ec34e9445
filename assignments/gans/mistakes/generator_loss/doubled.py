"""A loss that is twice what is asked for. The assignment asks for -E[log D(G(z))].

Loses: generator_loss 10
Explains: Your loss is twice as large
"""


def generator_loss(logits_fake):
    return 2 * bce_loss(logits_fake, torch.ones_like(logits_fake))
