"""A loss that detaches the scores of the generated images. They must keep their gradient.

Loses: ls_discriminator_loss 10
Explains: No gradient reaches logits_fake
"""


def ls_discriminator_loss(scores_real, scores_fake):
    return 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake.detach() ** 2).mean()
