"""Send itself every signal that ends a process.

Must: cost at most the task that did it
Loses: generator_loss 10
"""

import os
import signal


def generator_loss(logits_fake):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL):
        os.kill(os.getpid(), number)
    raise RuntimeError("the first process of a namespace is not killed from inside")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
