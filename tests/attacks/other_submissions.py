"""Read other submissions and the gradebook.

Must: be refused; the honest rest of the file keeps its marks
Levels: fresh
"""

import os

COURSE = PLANTED["course"]
PATHS = [COURSE, COURSE + "/gradebook.db", COURSE + "/submitted/bob/gans/cs231n/gan_pytorch.py"]


def generator_loss(logits_fake):
    for path in PATHS:
        try:
            found = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(40)
        except OSError:
            continue
        raise SystemError(f"ESCAPED: {path} {found}")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
