"""This loss uses the binary cross-entropy whatever criterion it is given.

Loses: get_disc_loss 7.5
Explains: does not use the criterion
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    criterion = nn.BCEWithLogitsLoss()
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
