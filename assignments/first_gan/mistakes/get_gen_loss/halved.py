"""This is half of the loss. Only the discriminator's loss is a mean of two.

Loses: get_gen_loss 10
Explains: Your loss is half of
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(fake, torch.ones_like(fake)) / 2
