"""A loss with the right value but without a gradient: the scores are detached.

Loses: generator_loss 10
Explains: No gradient reaches logits_fake
"""


def generator_loss(logits_fake):
    logits_fake = logits_fake.detach()
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
