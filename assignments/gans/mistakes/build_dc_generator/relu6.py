"""These activations stop at 6. The assignment asks for ReLU.

Loses: build_dc_generator 10
Explains: ReLU6 where the assignment has ReLU
"""


def build_dc_generator(noise_dim=NOISE_DIM):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU6(), nn.BatchNorm1d(1024),
        nn.Linear(1024, 6272), nn.ReLU6(), nn.BatchNorm1d(6272),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU6(), nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    )
