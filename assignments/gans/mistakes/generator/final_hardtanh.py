"""A network that clamps its output to [-1, 1]. The assignment asks for Tanh.

Loses: generator 10
Explains: ends with Hardtanh; the assignment ends with Tanh
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
