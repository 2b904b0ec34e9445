"""This is one minus the loss of the fakes.

Loses: get_gen_loss 10
Explains: scores of the fakes have label 0; the assignment asks for 1; 1 minus the criterion
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return 1 - criterion(fake, torch.zeros_like(fake))
