"""A loss that applies a sigmoid to the scores before bce_loss, which applies one itself.

Loses: generator_loss 10
Explains: applies a sigmoid before the cross-entropy
"""


def generator_loss(logits_fake):
    return bce_loss(torch.sigmoid(logits_fake), torch.ones_like(logits_fake))
