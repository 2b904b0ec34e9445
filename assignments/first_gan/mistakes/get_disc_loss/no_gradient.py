"""The whole loss is computed without gradients.

Loses: get_disc_loss 15
Explains: No gradient can flow
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    with torch.no_grad():
        fake = disc(gen(noise))
        true = disc(real)
        return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
