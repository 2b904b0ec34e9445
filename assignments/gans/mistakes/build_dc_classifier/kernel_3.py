"""A network with convolutions of 3x3. The assignment asks for 5x5.

Loses: build_dc_classifier 10
Explains: have 3x3 kernels; the assignment has 5x5 kernels
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 3),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, 3),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(5 * 5 * 64, 5 * 5 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(5 * 5 * 64, 1),
    )
    return model
