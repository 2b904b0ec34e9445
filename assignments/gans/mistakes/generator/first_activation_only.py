"""This is what a network gives without an activation after its second layer. The text asks
for ReLU there.

Loses: generator 10
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model
