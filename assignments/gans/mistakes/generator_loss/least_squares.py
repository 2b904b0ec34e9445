"""A loss that is the least-squares loss of a later task. The assignment asks for binary
cross-entropy here.

Loses: generator_loss 10
Explains: least-squares loss; binary cross-entropy
"""


def generator_loss(logits_fake):
    return 0.5 * torch.mean((logits_fake - 1) ** 2)
