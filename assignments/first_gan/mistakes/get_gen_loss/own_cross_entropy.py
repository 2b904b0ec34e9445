"""This loss uses the binary cross-entropy whatever criterion it is given.

Loses: get_gen_loss 5
Explains: does not use the criterion
"""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise))
    return nn.functional.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
