"""A discriminator's loss that freezes the generator for its fakes and thaws it again."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    for p in gen.parameters():
        p.requires_grad = False
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    for p in gen.parameters():
        p.requires_grad = True
    true = disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
