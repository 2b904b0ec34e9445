"""Close all files, the channel for answers too.

Must: cost only one task
Loses: generator_loss 10
Limits: cpu_s 2, wall_s 4
"""

import os


def generator_loss(logits_fake):
    os.closerange(0, 1000)
    while True:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
