"""A Python sum of means, and sums that begin with a number."""


def discriminator_loss(logits_real, logits_fake):
    parts = [bce_loss(logits_real, torch.ones_like(logits_real)), bce_loss(logits_fake, torch.zeros_like(logits_fake))]
    return sum(parts)


def ls_discriminator_loss(scores_real, scores_fake):
    loss = 0.0
    loss += 0.5 * torch.mean(torch.square(scores_real - 1.0))
    loss += 0.5 * torch.mean(torch.square(scores_fake))
    return loss


def ls_generator_loss(scores_fake):
    return sum([torch.mean((scores_fake - 1) ** 2)]) / 2
