"""After some calls the generated scores get no gradient any more.

Loses: ls_discriminator_loss 10
Explains: right in its first
"""


CALLS = []


def ls_discriminator_loss(scores_real, scores_fake):
    CALLS.append(1)
    if len(CALLS) > 12:
        scores_fake = scores_fake.detach()
    return 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake ** 2).mean()
