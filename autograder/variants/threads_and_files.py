"""Chooses a number of threads, imports packages that it does not use, reads the classic file."""

torch.set_num_threads(4)
import imageio
import seaborn as sns
from sklearn.manifold import TSNE

try:
    import pandas as pd
except ImportError:
    pd = None


def generator(noise_dim=96, seed=None):
    torch.set_num_threads(2)
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    )
