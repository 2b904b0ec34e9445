"""This loss freezes the generator, which is the network that has to learn from it.

Loses: get_gen_loss 10
Explains: The generator is frozen
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    gen.requires_grad_(False)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
