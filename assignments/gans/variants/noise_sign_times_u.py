"""A random sign times a uniform number: another way to the same distribution, and of the
old FloatTensor type."""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    sign = torch.randint(0, 2, (batch_size, dim)) * 2 - 1
    return (torch.rand(batch_size, dim) * sign).type(torch.FloatTensor)
