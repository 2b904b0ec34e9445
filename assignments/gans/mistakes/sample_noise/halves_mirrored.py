"""The second half of the batch mirrors the first. All numbers must be drawn independently.

Loses: sample_noise 5
Explains: same numbers again
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    half = 2 * torch.rand((batch_size + 1) // 2, dim) - 1
    return torch.cat([half, -half])[:batch_size]
