"""A network with Dropout. The assignment asks for none.

Loses: generator 10
Explains: Your network has Dropout; the assignment has none
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
