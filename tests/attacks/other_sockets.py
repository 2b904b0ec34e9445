"""Open sockets of rarer families.

Must: be refused; the honest rest of the file keeps its marks
"""

import socket


def generator_loss(logits_fake):
    for family in (16, 17, 31, 38, 40, 44):
        for kind in (1, 2, 3):
            try:
                socket.socket(family, kind).close()
            except OSError:
                continue
            raise SystemError(f"ESCAPED: family {family}")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
