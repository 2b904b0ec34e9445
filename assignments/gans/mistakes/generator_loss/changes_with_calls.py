"""This loss shrinks with each call. It must stay the same function.

Loses: generator_loss 10
Explains: right in its first call
"""


CALLS = []


def generator_loss(logits_fake):
    CALLS.append(1)
    return bce_loss(logits_fake, torch.ones_like(logits_fake)) * 0.999 ** max(0, len(CALLS) - 10)
