"""A generator's loss that keeps gradients off the discriminator."""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    for p in disc.parameters():
        p.requires_grad_(False)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    for p in disc.parameters():
        p.requires_grad_(True)
    return criterion(fake, torch.ones_like(fake))
