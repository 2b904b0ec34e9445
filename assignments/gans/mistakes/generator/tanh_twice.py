"""A network with two Tanh at its end. The assignment asks for one.

Loses: generator 10
Explains: twice in a row
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
        nn.Tanh(),
    )
    return model
