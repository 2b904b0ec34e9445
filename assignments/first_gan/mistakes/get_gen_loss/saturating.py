"""This is minus the discriminator's loss on fakes. The assignment asks for the loss of fakes with
the labels of real images, whose gradient does not vanish.

Loses: get_gen_loss 10
Explains: scores of the fakes have label 0; the assignment asks for 1; Your loss is negated
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return -criterion(fake, torch.zeros_like(fake))
