"""This is what a loss gives that is the negative mean score, as in a Wasserstein GAN. The
text asks for -E[log D(G(z))].

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    return -torch.mean(logits_fake)
