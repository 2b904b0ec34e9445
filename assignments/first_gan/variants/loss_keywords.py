"""Losses that name the arguments of the criterion, as nn.BCEWithLogitsLoss calls them."""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    criterion = criterion.to(device)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)).detach())
    true = disc(real)
    fake_loss = criterion(input=fake, target=torch.zeros_like(fake))
    return 0.5 * fake_loss + 0.5 * criterion(target=torch.ones_like(true), input=true)


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion.forward(fake, target=torch.ones_like(fake))
