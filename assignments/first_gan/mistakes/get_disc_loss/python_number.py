"""This is a plain number. It has no gradient, so the discriminator cannot learn from it.

Loses: get_disc_loss 15
Explains: returned float
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return ((criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2).item()
