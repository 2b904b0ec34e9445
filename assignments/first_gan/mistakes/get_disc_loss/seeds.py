"""This loss sets the seed in each call, so the noise repeats in each step of training.

Loses: get_disc_loss 15
Explains: sets the seed
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fakes = gen(get_noise(num_images, z_dim, device=device)).detach()
    torch.manual_seed(3)
    scores_fake, scores_real = disc(fakes), disc(real)
    loss_fake = criterion(scores_fake, torch.zeros_like(scores_fake))
    loss_real = criterion(scores_real, torch.ones_like(scores_real))
    return (loss_fake + loss_real) / 2
