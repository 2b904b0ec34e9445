"""There is no argument device.

Loses: get_noise 4
Explains: on the device that it is given
"""


def get_noise(n_samples, z_dim):
    return torch.randn(n_samples, z_dim)
