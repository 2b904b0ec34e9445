"""Connect to the outside and ask a name server.

Must: be refused; the honest rest of the file keeps its marks
"""

import socket

ADDRESSES = [("1.1.1.1", 53), ("8.8.8.8", 443), ("example.org", 80)]


def generator_loss(logits_fake):
    for address in ADDRESSES:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            continue
        raise SystemError(f"ESCAPED: {address}")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
