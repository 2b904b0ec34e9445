"""A loss with label 0 for the generated images. The generator wants them taken for real: their
label is 1 here.

Loses: generator_loss 10
Explains: logits_fake has label 0; asks for label 1
"""


def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.zeros_like(logits_fake))
