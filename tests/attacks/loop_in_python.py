"""Loop for ever in one function.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
Levels: fresh
"""

def generator_loss(logits_fake):
    while True:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
