"""These are normal numbers without their tails. The trick comes later, when the trained generator
is used; here the text asks for all of them.

Loses: get_noise 10
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device).clamp(-1, 1)
