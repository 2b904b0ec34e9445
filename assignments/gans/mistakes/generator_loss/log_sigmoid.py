"""This is what a loss gives computed as log(sigmoid(score)), which is infinite where the
sigmoid rounds to 0. Use bce_loss on the scores.

Loses: generator_loss 2
"""


def generator_loss(logits_fake):
    return -torch.log(torch.sigmoid(logits_fake)).mean()
