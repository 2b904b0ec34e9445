"""Losses that change their argument in place: a remark.

Remarks: changed
"""


def ls_discriminator_loss(scores_real, scores_fake):
    scores_real -= 1
    return 0.5 * (scores_real ** 2).mean() + 0.5 * (scores_fake ** 2).mean()


def ls_generator_loss(scores_fake):
    return scores_fake.sub_(1).pow(2).mean().div(2)
