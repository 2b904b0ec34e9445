"""A network with upsampling and ordinary convolutions. The assignment asks for transposed
convolutions.

Loses: build_dc_generator 10
Explains: also computes Upsample(factor=2)
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
        nn.Upsample(scale_factor=2), nn.Conv2d(128, 64, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.Upsample(scale_factor=2), nn.Conv2d(64, 1, 3, padding=1),
        nn.Tanh(),
        Flatten(),
    )
