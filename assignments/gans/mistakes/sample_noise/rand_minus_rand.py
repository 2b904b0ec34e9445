"""This is the difference of two uniform draws, which has a triangular distribution. The assignment
asks for numbers uniform in (-1, 1).

Loses: sample_noise 5
Explains: sum or difference of two uniform numbers
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand(batch_size, dim) - torch.rand(batch_size, dim)
