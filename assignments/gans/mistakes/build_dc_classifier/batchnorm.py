"""A network with BatchNorm after its convolutions. The assignment asks for it in the generator
only.

Loses: build_dc_classifier 10
Explains: Your network has BatchNorm; the assignment has none
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5),
        nn.BatchNorm2d(32),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        Flatten(),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(0.01),
        nn.Linear(1024, 1),
    )
    return model
