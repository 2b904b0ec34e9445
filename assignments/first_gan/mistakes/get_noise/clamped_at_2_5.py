"""These normal numbers are clamped at 2.5. One in eighty is larger.

Loses: get_noise 10
Explains: cut off at -2.5 and 2.5
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device).clamp(-2.5, 2.5)
