"""This loss takes a sigmoid before the criterion, which applies one itself.

Loses: get_disc_loss 15
Explains: applies a sigmoid to the scores
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    fake, true = fake.sigmoid(), true.sigmoid()
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
