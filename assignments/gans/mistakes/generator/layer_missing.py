"""A network that has no layer 1024 -> 1024.

Loses: generator 10
Explains: A linear layer is missing after your first linear layer
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
