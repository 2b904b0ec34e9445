"""The noise is uniform. Use the function get_noise, which draws what the generator was made for.

Loses: get_gen_loss 5
Explains: does not give the generator standard normal noise
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = torch.rand(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return criterion(fake, torch.ones_like(fake))
