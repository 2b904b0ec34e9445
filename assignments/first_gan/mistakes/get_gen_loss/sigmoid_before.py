"""This loss takes a sigmoid before the criterion, which applies one itself.

Loses: get_gen_loss 10
Explains: applies a sigmoid to the scores
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    fake = fake.sigmoid()
    return criterion(fake, torch.ones_like(fake))
