"""Read /proc.

Must: find nothing there that is not its own
"""

import os


def generator_loss(logits_fake):
    for name in os.listdir("/proc"):
        if name.isdigit() or name in ("kcore", "sys", "keys", "mounts", "net"):
            raise SystemError("ESCAPED: " + name)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
