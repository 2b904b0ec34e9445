"""A loss with label 0.9 (label smoothing). The assignment asks for 1.

Loses: generator_loss 10
Explains: logits_fake has label 0.9; label smoothing; asks for label 1
"""


def generator_loss(logits_fake):
    return bce_loss(logits_fake, 0.9 * torch.ones_like(logits_fake))
