"""A network with Tanh between its layers. The assignment asks for ReLU.

Loses: generator 10
Explains: has Tanh where the assignment has ReLU
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.Tanh(),
        nn.Linear(1024, 1024),
        nn.Tanh(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
