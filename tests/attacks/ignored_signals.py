"""Ignore every signal, then loop.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
Levels: fresh
"""

import signal


def generator_loss(logits_fake):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
