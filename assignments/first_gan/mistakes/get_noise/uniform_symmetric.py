"""These are numbers uniform in (-1, 1), as in other GANs. The assignment asks for the standard
normal distribution.

Loses: get_noise 10
Explains: numbers are uniform in (-1, 1); standard normal (mean 0
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return 2 * torch.rand(n_samples, z_dim, device=device) - 1
