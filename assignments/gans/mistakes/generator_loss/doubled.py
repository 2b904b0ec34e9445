"""This is what a loss gives that is twice what is asked for. The text asks for -E[log
D(G(z))].

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    return 2 * bce_loss(logits_fake, torch.ones_like(logits_fake))
