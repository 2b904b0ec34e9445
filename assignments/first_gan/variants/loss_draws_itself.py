"""Losses that draw their noise without get_noise."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    with torch.no_grad():
        fake = gen(torch.randn(num_images, z_dim, device=device))
    fake, true = disc(fake), disc(real)
    return 0.5 * criterion(fake, torch.zeros_like(fake)) + 0.5 * criterion(true, torch.ones_like(true))


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(torch.randn((num_images, z_dim), device=device)))
    return criterion(fake, torch.ones_like(fake))
