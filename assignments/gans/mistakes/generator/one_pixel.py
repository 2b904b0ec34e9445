"""A network with one output, as a discriminator has. The assignment asks for 784 pixels.

Loses: generator 10
Explains: maps 1024 -> 1; the assignment has 1024 -> 784
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1),
        nn.Tanh(),
    )
    return model
