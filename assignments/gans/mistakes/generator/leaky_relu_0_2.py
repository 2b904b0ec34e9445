"""A network with LeakyReLU(0.2) for ReLU. The assignment asks for ReLU.

Loses: generator 10
Explains: has LeakyReLU(0.2) where the assignment has ReLU
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
