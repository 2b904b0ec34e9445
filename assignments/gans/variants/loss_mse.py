"""Least-squares losses from F.mse_loss and nn.MSELoss, with labels made on the CPU.

Remarks: remark_device, remark_unequal
"""


def ls_discriminator_loss(scores_real, scores_fake):
    mse = nn.MSELoss()
    N = scores_real.size(0)
    return (mse(scores_real, torch.ones(N, 1)) + mse(scores_fake, torch.zeros(N, 1))) / 2


def ls_generator_loss(scores_fake):
    return nn.functional.mse_loss(scores_fake, torch.ones_like(scores_fake)) * 0.5
