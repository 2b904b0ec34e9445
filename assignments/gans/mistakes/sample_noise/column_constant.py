"""One column of this noise repeats a single number. All numbers must be drawn independently.

Loses: sample_noise 5
Explains: same numbers again
"""


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    noise = 2 * torch.rand(batch_size, dim) - 1
    noise[:, dim // 2] = noise[0, dim // 2]
    return noise
