"""These are normal numbers with mean 1. The assignment asks for 0.

Loses: get_noise 10
Explains: numbers are normal with mean 1 and standard deviation 1; standard normal (mean 0
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return 1 + torch.randn(n_samples, z_dim, device=device)
