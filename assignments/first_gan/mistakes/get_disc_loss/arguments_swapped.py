"""The criterion is given the labels first and the scores second. It takes the scores first.

Loses: get_disc_loss 15
Explains: the labels as scores
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(torch.zeros_like(fake), fake) + criterion(torch.ones_like(true), true)) / 2
