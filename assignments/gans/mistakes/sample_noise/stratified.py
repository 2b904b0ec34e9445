"""Each column has one number in each of N equal intervals. Independent numbers are less even.

Loses: sample_noise 5
Explains: depend on each other
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    ranks = torch.stack([torch.randperm(batch_size) for _ in range(dim)], 1)
    return 2 * (ranks + torch.rand(batch_size, dim)) / batch_size - 1
