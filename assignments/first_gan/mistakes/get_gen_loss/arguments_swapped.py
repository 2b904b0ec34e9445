"""The criterion is given the labels first and the scores second. It takes the scores first.

Loses: get_gen_loss 10
Explains: the labels as scores
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(torch.ones_like(fake), fake)
