"""A loss computed as log(sigmoid(score)), which is infinite where the sigmoid rounds to 0. Use
bce_loss on the scores.

Loses: generator_loss 2
Explains: scores of 1000; exp(score); log(sigmoid(score))
"""


def generator_loss(logits_fake):
    return -torch.log(torch.sigmoid(logits_fake)).mean()
