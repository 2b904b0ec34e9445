"""Raise SystemExit.

Must: be an ordinary exception of one task
Loses: generator_loss 10
Finds: SystemExit
"""

import sys


def generator_loss(logits_fake):
    sys.exit(0)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
