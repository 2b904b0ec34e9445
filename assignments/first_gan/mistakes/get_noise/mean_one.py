"""These are normal numbers with mean 1. The text asks for 0.

Loses: get_noise 10
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return 1 + torch.randn(n_samples, z_dim, device=device)
