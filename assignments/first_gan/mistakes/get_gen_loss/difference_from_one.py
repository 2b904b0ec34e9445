"""This is one minus the loss of the fakes.

Loses: get_gen_loss 10
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return 1 - criterion(fake, torch.zeros_like(fake))
