"""There are 128 fakes whatever num_images is.

Loses: get_gen_loss 10
Explains: noise of shape (128, 5)
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(128, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(fake, torch.ones_like(fake))
