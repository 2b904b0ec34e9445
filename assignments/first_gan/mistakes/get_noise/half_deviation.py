"""These are normal numbers with standard deviation one half. The assignment asks for 1.

Loses: get_noise 10
Explains: numbers are normal with mean 0 and standard deviation 0.5; standard normal (mean 0
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return 0.5 * torch.randn(n_samples, z_dim, device=device)
