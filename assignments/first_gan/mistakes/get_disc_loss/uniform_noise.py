"""The noise is uniform. Use the function get_noise, which draws what the generator was made for.

Loses: get_disc_loss 7.5
Explains: does not give the generator standard normal noise
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = torch.rand(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
