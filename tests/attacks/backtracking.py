"""A regular expression that takes longer than the universe is old.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
"""

import re


def generator_loss(logits_fake):
    re.match(r"(a+)+$", "a" * 60 + "b")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
