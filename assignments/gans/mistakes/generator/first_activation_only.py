"""A network without an activation after its second layer. The assignment asks for ReLU there.

Loses: generator 10
Explains: Your second linear layer has no activation after it; the assignment has ReLU
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
