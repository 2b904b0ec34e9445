"""Right noise that takes a seed and does nothing with it. The same seed must give the same noise.

Loses: sample_noise 2
Explains: with the same seed return different noise; does not reach the generator
"""


def sample_noise(batch_size, dim, seed=None):
    return 2 * torch.rand(batch_size, dim) - 1
