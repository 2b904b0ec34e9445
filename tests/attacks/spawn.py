"""Start a process with posix_spawn.

Must: be refused; the honest rest of the file keeps its marks
"""

import os
import sys


def generator_loss(logits_fake):
    try:
        os.posix_spawn(sys.executable or "/bin/sh", ["sh"], {})
    except OSError:
        pass
    else:
        raise SystemError("ESCAPED: a process")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
