"""The network was built for 50 images whatever batch_size is.

Loses: build_dc_classifier 10
Explains: reshape to (50, 1, 28, 28)
"""


def build_dc_classifier(batch_size):
    return nn.Sequential(
        Unflatten(50, 1, 28, 28),
        nn.Conv2d(1, 32, kernel_size=5, stride=1),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, kernel_size=5, stride=1),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )
