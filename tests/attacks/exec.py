"""Replace the process by another program.

Must: be refused; the honest rest of the file keeps its marks
"""

import os
import sys


def generator_loss(logits_fake):
    for path in (sys.executable, os.path.realpath("/proc/self/exe"), "/bin/sh", "/usr/bin/env"):
        try:
            os.execv(path, [path, "-c", "print(1)"])
        except (OSError, ValueError):
            pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
