"""These normal numbers are clamped at 2.5. One in eighty is larger.

Loses: get_noise 10
Explains: no, because only some calls or values show it
"""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.randn(n_samples, z_dim, device=device).clamp(-2.5, 2.5)
