"""There are 128 fakes whatever num_images is.

Loses: get_disc_loss 15
Explains: noise of shape (128, 5)
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(128, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
