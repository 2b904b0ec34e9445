"""These are whole numbers, -1, 0 or 1. The assignment asks for numbers uniform in (-1, 1).

Loses: sample_noise 5
Explains: numbers are only -1, 0 and 1
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.randint(-1, 2, (batch_size, dim)).float()
