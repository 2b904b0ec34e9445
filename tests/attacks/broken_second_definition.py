"""Break the last definition of a function on purpose, so that an earlier one counts.

Must: lose the function: the last text is what was handed in
Loses: generator_loss 10
Finds: Python cannot read your generator_loss
"""


def generator_loss(logits_fake)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
