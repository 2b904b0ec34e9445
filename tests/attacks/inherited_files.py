"""Look for files that were left open for it.

Must: find its own channels only
"""

import os


def generator_loss(logits_fake):
    for number in range(4, 64):
        try:
            os.fstat(number)
        except OSError:
            continue
        raise SystemError(f"ESCAPED: {number}")
    for number in (1, 2, 3):
        try:
            os.read(number, 1)
        except OSError:
            continue
        raise SystemError(f"ESCAPED: {number} can be read")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
