"""The hidden layers use ReLU6, which stops at 6. The assignment asks for ReLU.

Loses: generator 10
Explains: Check the activations
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU6(), nn.Linear(1024, 1024), nn.ReLU6(), nn.Linear(1024, 784), nn.Tanh()
    )
