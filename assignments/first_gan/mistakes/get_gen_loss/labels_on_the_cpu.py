"""The labels are made on the CPU, wherever the scores are.

Loses: get_gen_loss 2
Explains: on another device; labels with torch.ones_like
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(fake, torch.ones(num_images, 1))
