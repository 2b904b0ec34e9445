"""Noise with its sign turned, drawn transposed."""


def get_noise(n_samples, z_dim, device="cpu"):
    return -torch.randn(z_dim, n_samples, device=device).t()
