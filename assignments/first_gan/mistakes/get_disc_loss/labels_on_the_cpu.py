"""The labels are made on the CPU, wherever the scores are.

Loses: get_disc_loss 3
Explains: on another device; labels with torch.ones_like
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros(len(fake), 1)) + criterion(true, torch.ones(len(true), 1))) / 2
