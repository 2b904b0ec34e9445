"""This is what a network gives with BatchNorm after each ReLU. The text asks for it in the
convolutional generator only.

Loses: generator 10
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
