"""A loss that is summed over the batch. The assignment asks for the mean.

Loses: generator_loss 10
Explains: summed over the batch; takes the mean
"""


def generator_loss(logits_fake):
    N = logits_fake.size(0)
    return N * bce_loss(logits_fake, torch.ones(N, 1))
