"""A network that ends with a sigmoid, which gives pixels in (0, 1). The assignment asks for Tanh
and images in (-1, 1).

Loses: generator 10
Explains: ends with Sigmoid; the assignment ends with Tanh
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Sigmoid(),
    )
    return model
