"""Means as sums divided by N.

Remarks: remark_device, remark_flat, remark_unequal
"""


def discriminator_loss(logits_real, logits_fake):
    N = logits_real.size()[0]
    s = lambda x: x.clamp(min=0) + torch.log(1 + torch.exp(-x.abs()))
    return (s(-logits_real).sum() + s(logits_fake).sum()) / N


def generator_loss(logits_fake):
    total = 0
    for x in logits_fake:
        total = total + bce_loss(x, torch.ones(1))
    return total / len(logits_fake)


def ls_generator_loss(scores_fake):
    return torch.sum((scores_fake - 1) ** 2) / (2 * scores_fake.shape[0])


def ls_discriminator_loss(scores_real, scores_fake):
    N, _ = scores_real.shape
    return ((scores_real - 1).pow(2).sum() + scores_fake.pow(2).sum()) / (2.0 * N)
