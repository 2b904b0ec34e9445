"""Noise from a function whose device has no default value."""


def get_noise(n_samples, z_dim, device):
    return torch.randn(n_samples, z_dim, device=device)
