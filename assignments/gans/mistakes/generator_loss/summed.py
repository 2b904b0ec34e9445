"""This is what a loss gives that is summed over the batch. The text asks for the mean.

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    N = logits_fake.size(0)
    return N * bce_loss(logits_fake, torch.ones(N, 1))
