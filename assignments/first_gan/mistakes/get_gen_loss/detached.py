"""The fakes are detached, or made without gradients, so that none arrives at the generator.

Loses: get_gen_loss 10
Explains: No gradient reaches the generator
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    return criterion(fake, torch.ones_like(fake))
