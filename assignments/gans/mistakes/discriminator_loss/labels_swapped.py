"""A loss with label 0 for real images and 1 for generated ones. The assignment asks for 1 for real
and 0 for generated.

Loses: discriminator_loss 10
Explains: The real scores have label 0; real scores have label 0 and the generated ones 1
"""


def discriminator_loss(logits_real, logits_fake):
    N = logits_real.size(0)
    real = bce_loss(logits_real, torch.zeros(N, 1))
    fake = bce_loss(logits_fake, torch.ones(N, 1))
    return real + fake
