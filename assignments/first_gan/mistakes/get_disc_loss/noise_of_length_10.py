"""The noise has length 10 whatever z_dim is.

Loses: get_disc_loss 15
Explains: noise of shape (6, 10)
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, 10, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
