"""Print without end.

Must: be ended; nothing else is lost
Loses: generator_loss 10
Finds: printed too much
Levels: fresh
"""

def generator_loss(logits_fake):
    while True:
        print("x" * 10000)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
