"""A network with ReLU for the last LeakyReLU. The assignment asks for LeakyReLU with slope 0.01.

Loses: build_dc_classifier 10
Explains: is ReLU; the assignment has LeakyReLU(0.01) there
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.ReLU(),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
