"""This loss has the wrong sign.

Loses: get_gen_loss 10
Explains: Your loss is negated
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return -criterion(fake, torch.ones_like(fake))
