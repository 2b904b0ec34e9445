"""The fakes are not detached, so that the discriminator's loss gives gradients to the generator.

Loses: get_disc_loss 7.5
Explains: also reaches the generator
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
