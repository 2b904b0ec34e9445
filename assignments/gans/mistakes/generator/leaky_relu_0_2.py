"""This is what a network gives with LeakyReLU(0.2) for ReLU. The text asks for ReLU.

Loses: generator 10
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.LeakyReLU(0.2),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(0.2),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
