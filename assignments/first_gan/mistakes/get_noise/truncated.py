"""These are normal numbers without their tails. The trick comes later, when the trained generator
is used; here the assignment asks for all of them.

Loses: get_noise 10
Explains: cut off at -1 and 1; standard normal (mean 0
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device).clamp(-1, 1)
