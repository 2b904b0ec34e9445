"""Noise that is zero everywhere: nothing is drawn. The assignment asks for numbers uniform in (-1,
1).

Loses: sample_noise 5
Explains: nothing is drawn
"""


def sample_noise(batch_size, dim, seed=None):
    noise = torch.zeros(batch_size, dim)
    return noise * 2
