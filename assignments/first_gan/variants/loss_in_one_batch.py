"""A loss that scores fakes and real images in one batch."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fakes = gen(get_noise(num_images, z_dim, device=device)).detach()
    scores = disc(torch.cat([fakes, real]))
    fake, true = scores[:num_images], scores[num_images:]
    return (criterion(fake, fake.new_zeros(fake.shape)) + criterion(true, true.new_ones(true.shape))) / 2
