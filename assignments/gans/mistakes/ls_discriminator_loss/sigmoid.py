"""A loss on sigmoids of the scores. The assignment asks for the raw scores.

Loses: ls_discriminator_loss 10
Explains: applies a sigmoid to the scores
"""


def ls_discriminator_loss(scores_real, scores_fake):
    D_real = torch.sigmoid(scores_real)
    D_fake = torch.sigmoid(scores_fake)
    return 0.5 * ((D_real - 1) ** 2).mean() + 0.5 * (D_fake ** 2).mean()
