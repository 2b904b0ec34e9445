"""This loss freezes the discriminator's weights and never thaws them: the next loss of the
discriminator has no gradients.

Loses: get_gen_loss 5
Explains: leaves the discriminator frozen
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    disc.requires_grad_(False)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
