"""A network with 32 channels between its transposed convolutions. The assignment asks for 64.

Loses: build_dc_generator 10
Explains: maps 128 -> 32; the assignment has 128 -> 64
"""


def build_dc_generator(noise_dim=NOISE_DIM):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        nn.BatchNorm1d(7 * 7 * 128),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 32, 4, 2, 1),
        nn.ReLU(),
        nn.BatchNorm2d(32),
        nn.ConvTranspose2d(32, 1, 4, 2, 1),
        nn.Tanh(),
        Flatten(),
    )
