"""A network whose BatchNorm has momentum 0.9. That is TensorFlow's way to write 0.1; the assignment
asks for PyTorch's default.

Loses: build_dc_generator 2
Explains: has momentum 0.9; the assignment asks for PyTorch's default, 0.1
"""


def build_dc_generator(noise_dim=NOISE_DIM):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024, momentum=0.9),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        nn.BatchNorm1d(7 * 7 * 128, momentum=0.9),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, kernel_size=4, stride=2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64, momentum=0.9),
        nn.ConvTranspose2d(64, 1, kernel_size=4, stride=2, padding=1),
        nn.Tanh(),
        Flatten(),
    )
