"""These are numbers uniform in (0, 1). The assignment asks for the standard normal distribution.

Loses: get_noise 10
Explains: numbers are uniform in (0, 1); standard normal (mean 0
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.rand(n_samples, z_dim, device=device)
