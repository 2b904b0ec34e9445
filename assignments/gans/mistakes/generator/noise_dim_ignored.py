"""A network whose first layer takes 96 numbers (or NOISE_DIM, the value in the file) whatever its
argument noise_dim is.

Loses: generator 10
Explains: does not use the argument noise_dim
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(96, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
