"""This is what a network gives that clamps its output to [-1, 1]. The text asks for Tanh.

Loses: generator 10
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Hardtanh(),
    )
    return model
