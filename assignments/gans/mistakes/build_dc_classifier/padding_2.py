"""A network whose second convolution has padding 2 and is followed by pooling 3x3, which happens to
give the right size. The assignment asks for no padding and pooling 2x2.

Loses: build_dc_classifier 10
Explains: padding 2; the assignment has padding 0; pools 3x3; the assignment pools 2x2
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 5, stride=1, padding=2),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(3, stride=3),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
