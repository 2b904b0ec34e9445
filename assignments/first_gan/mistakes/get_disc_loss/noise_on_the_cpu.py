"""The noise is made on the CPU, because the argument device is not handed on.

Loses: get_disc_loss 3
Explains: on another device; the noise on the device
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
