"""Send a gigabyte as an answer.

Must: be malformed at once; nothing else is lost
Loses: generator_loss 10
Finds: forged
"""

import os


def generator_loss(logits_fake):
    block = bytes(2**20)
    for _ in range(1000):
        os.write(3, block)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
