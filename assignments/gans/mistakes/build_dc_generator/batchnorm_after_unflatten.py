"""A network whose second BatchNorm works on 128 channels after the reshape. The assignment asks for
BatchNorm1d on all 7*7*128 numbers before it.

Loses: build_dc_generator 10
Explains: reshape comes before BatchNorm
"""


def build_dc_generator(noise_dim=NOISE_DIM):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        Unflatten(-1, 128, 7, 7),
        nn.BatchNorm2d(128),
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
        Flatten(),
    )
