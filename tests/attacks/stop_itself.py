"""Stop its own process.

Must: be ended by the limit; nothing else is lost or the stop is ignored
Limits: cpu_s 2, wall_s 4
"""

import os
import signal


def generator_loss(logits_fake):
    os.kill(os.getpid(), signal.SIGSTOP)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
