"""The two sizes are exchanged: a row for each entry instead of each image.

Loses: get_noise 5
Explains: noise has shape (200, 250)
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(z_dim, n_samples, device=device)
