"""Noise from torch.distributions, and a seed that also seeds NumPy."""

import random
import numpy as np
from torch.distributions import Uniform


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
    return Uniform(torch.tensor(-1.0), torch.tensor(1.0)).sample((batch_size, dim))
