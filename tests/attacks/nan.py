"""Answer NaN everywhere.

Must: earn nothing
Loses: generator_loss 10, discriminator_loss 10
"""

def generator_loss(logits_fake):
    return logits_fake.mean() * float("nan")


def discriminator_loss(logits_real, logits_fake):
    return (logits_real + logits_fake).mean() * float("inf")
