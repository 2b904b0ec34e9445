"""This is what a loss gives with label 0 for the generated images. The generator wants them
taken for real: their label is 1 here.

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.zeros_like(logits_fake))
