"""A network with a ReLU before its Tanh: no pixel can be negative.

Loses: generator 10
Explains: There is a ReLU after your third linear layer
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.ReLU(),
        nn.Tanh(),
    )
    return model
