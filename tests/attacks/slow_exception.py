"""An exception whose text takes for ever.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
"""

class Slow(Exception):
    def __str__(self):
        while True:
            pass


def generator_loss(logits_fake):
    raise Slow()
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
