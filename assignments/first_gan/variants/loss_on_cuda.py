"""Losses that name a GPU where there is one."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)).detach())
    true = disc(real)
    zeros, ones = torch.zeros_like(fake), torch.ones_like(true)
    if torch.cuda.is_available():
        zeros, ones = zeros.cuda(), ones.cuda()
    return (criterion(fake, zeros) + criterion(true, ones)) / 2
