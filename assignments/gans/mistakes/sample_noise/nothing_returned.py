"""The noise is computed, but not returned.

Loses: sample_noise 5
Explains: Did you forget `return`
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    noise = 2 * torch.rand(batch_size, dim) - 1
