"""Losses of shape (1,) and (1, 1)."""


def discriminator_loss(logits_real, logits_fake):
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return (real + fake).view(1)


def generator_loss(logits_fake):
    return torch.nn.functional.softplus(-logits_fake).mean(dim=0)


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean(0, keepdim=True) + 0.5 * (scores_fake ** 2).mean(0, keepdim=True)


def ls_generator_loss(scores_fake):
    return (0.5 * ((scores_fake - 1) ** 2).mean()).unsqueeze(0)
