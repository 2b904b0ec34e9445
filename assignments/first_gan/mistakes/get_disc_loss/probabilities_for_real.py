"""The real images go through the generator's sigmoid once more before they are judged.

Loses: get_disc_loss 15
Explains: not given the real images as they are
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(torch.sigmoid(real))
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
