"""A network whose layers have 256 units, as in the discriminator. The assignment asks for 1024.

Loses: generator 10
Explains: maps 130 -> 256; the assignment has 130 -> 1024
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 784),
        nn.Tanh(),
    )
    return model
