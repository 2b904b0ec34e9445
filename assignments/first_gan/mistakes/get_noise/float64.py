"""The numbers are of type float64. The assignment asks for float32, as the networks are.

Loses: get_noise 2
Explains: torch.float64; must be torch.float32
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device, dtype=torch.float64)
