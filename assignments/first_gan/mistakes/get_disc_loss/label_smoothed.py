"""This loss gives real images the label 0.9. The assignment asks for 1.

Loses: get_disc_loss 15
Explains: scores of the real images have label 0.9; the assignment asks for 1
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, 0.9 * torch.ones_like(true))) / 2
