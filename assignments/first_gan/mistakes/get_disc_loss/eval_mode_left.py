"""This loss leaves the discriminator in eval mode, although training needs train mode.

Loses: get_disc_loss 7.5
Explains: eval mode
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    disc.eval()
    fakes = gen(get_noise(num_images, z_dim, device=device)).detach()
    scores_fake, scores_real = disc(fakes), disc(real)
    loss_fake = criterion(scores_fake, torch.zeros_like(scores_fake))
    loss_real = criterion(scores_real, torch.ones_like(scores_real))
    return (loss_fake + loss_real) / 2
