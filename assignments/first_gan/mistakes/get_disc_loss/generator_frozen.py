"""This loss freezes the generator's weights and never thaws them: from the first step on the
generator learns nothing. Detach the fakes instead.

Loses: get_disc_loss 7.5
Explains: leaves the generator frozen
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    for p in gen.parameters():
        p.requires_grad_(False)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
