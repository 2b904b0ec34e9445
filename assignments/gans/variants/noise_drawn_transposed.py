"""Noise drawn transposed and turned round, with the seed under `if seed:`.

Remarks: remark_seed_zero
"""


def sample_noise(batch_size, dim, seed=None):
    if seed:
        torch.manual_seed(seed)
    return (torch.rand(dim, batch_size) * 2 - 1).t()
