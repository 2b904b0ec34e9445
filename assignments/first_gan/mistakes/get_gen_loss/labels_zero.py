"""This loss gives fakes the label 0. The generator wants them to be taken for real.

Loses: get_gen_loss 10
Explains: scores of the fakes have label 0; the assignment asks for 1
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(fake, torch.zeros_like(fake))
