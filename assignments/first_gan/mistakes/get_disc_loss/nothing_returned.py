"""The loss is computed but not returned.

Loses: get_disc_loss 15
Explains: Did you forget `return`
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    loss = (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
