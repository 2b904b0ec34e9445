"""Noise of dtype float64, as it comes from NumPy. The networks have float32 weights and refuse it.

Loses: sample_noise 1
Explains: torch.float64; must be torch.float32
"""


def sample_noise(batch_size, dim, seed=None):
    import numpy as np
    rng = np.random.RandomState(seed)
    return torch.from_numpy(rng.uniform(-1, 1, (batch_size, dim)))
