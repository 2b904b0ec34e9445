"""A loss that is the negative mean score, as in a Wasserstein GAN. The assignment asks for -E[log
D(G(z))].

Loses: generator_loss 10
Explains: -1 times the mean score; Wasserstein GAN; binary cross-entropy
"""


def generator_loss(logits_fake):
    return -torch.mean(logits_fake)
