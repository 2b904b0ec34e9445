"""This loss has its labels exchanged: fakes get 1 and real images 0.

Loses: get_disc_loss 15
Explains: labels are exchanged
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.ones_like(fake)) + criterion(true, torch.zeros_like(true))) / 2
