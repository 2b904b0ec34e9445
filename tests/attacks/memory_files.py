"""Keep memory in files without a name.

Must: be refused; the honest rest of the file keeps its marks
"""

import os


def generator_loss(logits_fake):
    try:
        os.memfd_create("more")
    except OSError:
        pass
    else:
        raise SystemError("ESCAPED: a memory file")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
