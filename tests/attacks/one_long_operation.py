"""One call into C that never comes back to Python.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
"""

def generator_loss(logits_fake):
    7 ** 10**9
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
