"""A network whose convolutions are padded. The assignment asks for none.

Loses: build_dc_classifier 10
Explains: have padding 2; the assignment has padding 0
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5, padding=2),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 5, padding=2),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(7 * 7 * 64, 7 * 7 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(7 * 7 * 64, 1),
    )
    return model
