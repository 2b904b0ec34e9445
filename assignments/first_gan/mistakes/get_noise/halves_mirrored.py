"""The second half of the batch mirrors the first. All numbers must be drawn independently.

Loses: get_noise 10
Explains: same numbers again
"""


def get_noise(n_samples, z_dim, device="cpu"):
    half = torch.randn((n_samples + 1) // 2, z_dim, device=device)
    return torch.cat([half, -half])[:n_samples]
