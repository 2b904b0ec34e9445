"""A network with ReLU for LeakyReLU. The assignment asks for LeakyReLU with slope 0.01.

Loses: build_dc_classifier 10
Explains: has ReLU where the assignment has LeakyReLU(0.01)
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.ReLU(),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
