"""A network with max pooling 3x3, stride 2, padding 1. The assignment asks for 2x2 with stride 2.

Loses: build_dc_classifier 10
Explains: pools 3x3; the assignment pools 2x2; padding 1; the assignment has padding 0
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(3, stride=2, padding=1),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
