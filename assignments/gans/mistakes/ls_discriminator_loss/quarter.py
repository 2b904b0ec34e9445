"""This is what a loss gives that is halved once too often. The text asks for 1/2 E[(D(x) -
1)^2] + 1/2 E[D(G(z))^2].

Loses: ls_discriminator_loss 10
"""


def ls_discriminator_loss(scores_real, scores_fake):
    real = 0.5 * torch.mean((scores_real - 1) ** 2)
    fake = 0.5 * torch.mean(scores_fake ** 2)
    return 0.5 * (real + fake)
