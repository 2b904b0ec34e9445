"""This network ignores noise_dim if it is larger than 96.

Loses: generator 10
Explains: a linear layer too many
"""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(min(noise_dim, 96), 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    )
    if noise_dim > 96:
        model.insert(0, nn.Linear(noise_dim, 96))
    return model
