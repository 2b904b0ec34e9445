"""Sleep instead of computing.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: did not finish
Limits: cpu_s 2, wall_s 2
"""

import time


def generator_loss(logits_fake):
    time.sleep(10**6)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
