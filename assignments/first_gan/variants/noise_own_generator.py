"""Noise from a generator of its own on the device."""


def get_noise(n_samples, z_dim, device="cpu"):
    source = torch.Generator(device=device)
    source.seed()
    return torch.randn(n_samples, z_dim, generator=source, device=device)
