"""A network whose layers have no bias. The assignment asks for one in each fully connected layer.

Loses: generator 10
Explains: Your linear layers have no bias
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024, bias=False),
        nn.ReLU(),
        nn.Linear(1024, 1024, bias=False),
        nn.ReLU(),
        nn.Linear(1024, 784, bias=False),
        nn.Tanh(),
    )
    return model
