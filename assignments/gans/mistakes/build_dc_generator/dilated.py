"""A network whose transposed convolutions are dilated: dilation 2, padding 3 and output_padding 1
give the right size. The assignment asks for stride 2 and padding 1 alone.

Loses: build_dc_generator 10
Explains: padding 3; the assignment has padding 1; output padding 1; the assignment has output padding 0
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
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=3, output_padding=1, dilation=2),
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=3, output_padding=1, dilation=2),
        nn.Tanh(),
        Flatten(),
    )
