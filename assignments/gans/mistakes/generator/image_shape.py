"""The images are right, but of shape (N, 1, 28, 28). The assignment asks for (N, 784); Flatten is
the last layer that is missing, or Unflatten one too many.

Loses: generator 5
Explains: output has shape (6, 1, 28, 28)
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
        Unflatten(-1, 1, 28, 28),
    )
    return model
