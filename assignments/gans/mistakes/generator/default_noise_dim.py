"""The default of noise_dim is 10 instead of 96.

Loses: generator 2
Explains: other default values
"""


def generator(noise_dim=10, seed=None):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    )
