"""Losses that are printed and looked at inside."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)).detach())
    true = disc(real)
    loss = (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
    print("discriminator", loss.item())
    return loss


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    loss = criterion(fake, torch.ones_like(fake))
    assert not torch.isnan(loss), "nan"
    return loss
