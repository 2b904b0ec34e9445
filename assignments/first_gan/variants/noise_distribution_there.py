"""Noise of a distribution whose parameters are on the device; PyTorch looks at their values."""


def get_noise(n_samples, z_dim, device="cpu"):
    mean, deviation = torch.tensor(0.0, device=device), torch.tensor(1.0, device=device)
    return torch.distributions.Normal(mean, deviation).sample((n_samples, z_dim))
