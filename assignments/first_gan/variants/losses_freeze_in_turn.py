"""Two losses, each of which freezes the network that the other one trains, and thaws its own."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    gen.requires_grad_(False)
    disc.requires_grad_(True)
    fake, true = disc(gen(get_noise(num_images, z_dim, device=device))), disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    disc.requires_grad_(False)
    gen.requires_grad_(True)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
