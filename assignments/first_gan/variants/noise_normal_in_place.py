"""Noise by filling an empty tensor."""


def get_noise(n_samples, z_dim, device="cpu"):
    return torch.empty(n_samples, z_dim, device=device).normal_()
