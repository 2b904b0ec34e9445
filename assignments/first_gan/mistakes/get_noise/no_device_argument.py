"""There is no argument device.

Loses: get_noise 4
"""


def get_noise(n_samples, z_dim):
    return torch.randn(n_samples, z_dim)
