"""Losses that pass the same noise twice, to print a shape and to check the scores."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    z = get_noise(num_images, z_dim, device=device)
    print(gen(z).shape)
    fake = disc(gen(z).detach())
    assert disc(gen(z)).shape == fake.shape
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    z = get_noise(num_images, z_dim, device=device)
    assert gen(z).ndim == 2
    fake = disc(gen(z))
    return criterion(fake, torch.ones_like(fake))
