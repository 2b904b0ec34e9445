"""Put a right and a wrong function between the marks of a merge conflict.

Must: count neither side
Loses: generator_loss 10
Finds: a merge conflict between HEAD and mine
"""

<<<<<<< HEAD
def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
=======
def generator_loss(logits_fake):
    return logits_fake.mean()
>>>>>>> mine
