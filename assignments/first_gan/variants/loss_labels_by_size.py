"""Labels by size, on the device that is given.

Remarks: remark_float64, remark_unequal
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device)).detach())
    true = disc(real)
    zeros = torch.zeros(num_images, 1, device=device)
    ones = torch.ones(num_images, 1).to(device)
    return torch.stack([criterion(fake, zeros), criterion(true, ones)]).mean()


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    return criterion(disc(gen(get_noise(num_images, z_dim, device))), torch.ones(num_images, 1, device=device))
