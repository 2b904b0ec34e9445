"""Loop for ever inside matrix products.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
"""

def generator_loss(logits_fake):
    x = torch.rand(800, 800)
    while True:
        x = x @ x
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
