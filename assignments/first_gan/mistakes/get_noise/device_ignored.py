"""The argument device is not used: the numbers stay on the CPU, or go to a GPU whatever is asked
for.

Loses: get_noise 4
Explains: on the device that it is given
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim)
