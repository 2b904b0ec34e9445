"""The numbers are of type float64. The text asks for float32, as the networks are.

Loses: get_noise 2
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device, dtype=torch.float64)
