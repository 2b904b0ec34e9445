"""The given function bce_loss was changed: the term with the label has the wrong sign. Put
it back as it was.

Loses: discriminator_loss 10, generator_loss 10
Explains: logits_real has label -1; asks for label 1
"""


def bce_loss(input, target):
    loss = input.clamp(min=0) + input * target + (1 + (-input.abs()).exp()).log()
    return loss.mean()
