"""This is what a loss gives with the right value but without a gradient: the scores are
detached.

Loses: generator_loss 10
"""


def generator_loss(logits_fake):
    logits_fake = logits_fake.detach()
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
