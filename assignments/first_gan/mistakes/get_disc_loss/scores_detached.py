"""The scores of the fakes are detached instead of the fakes: the discriminator learns nothing from
them.

Loses: get_disc_loss 15
Explains: The scores of the fakes are detached
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise)).detach()
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
