"""A network whose LeakyReLU has negative slope 0.011. The assignment asks for 0.01.

Loses: build_dc_classifier 10
Explains: has negative slope 0.011; the assignment asks for 0.01
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.011),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.011),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.011),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
