"""A loss that draws its noise as float64 and makes it float32."""


def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    noise = torch.randn(num_images, z_dim, dtype=torch.float64, device=device).float()
    fake = disc(gen(noise))
    return criterion(fake, torch.full_like(fake, 1.0))
