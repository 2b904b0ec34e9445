"""A network whose second convolution has 32 filters. The assignment asks for 64.

Loses: build_dc_classifier 10
Explains: maps 32 -> 32; the assignment has 32 -> 64
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 32, 4 * 4 * 32),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 32, 1),
    )
    return model
