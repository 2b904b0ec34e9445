"""The same numbers come at each call, because the function seeds the random numbers.

Loses: get_noise 10
Explains: Each call returns the same numbers; sets the seed itself
"""


def get_noise(n_samples, z_dim, device="cpu"):
    torch.manual_seed(0)
    return torch.randn(n_samples, z_dim, device=device)
