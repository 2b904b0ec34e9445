"""A network that does not end with Tanh. The assignment asks for images in (-1, 1).

Loses: generator 10
Explains: does not end with Tanh
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
    )
    return model
