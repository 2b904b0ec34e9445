"""Noise that is drawn on the CPU and moved."""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim).to(device)
