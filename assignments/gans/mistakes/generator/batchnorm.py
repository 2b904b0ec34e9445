"""A network with BatchNorm after each ReLU. The assignment asks for it in the convolutional
generator only.

Loses: generator 10
Explains: Your network has BatchNorm; the assignment has none
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
