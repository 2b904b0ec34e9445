"""A network with convolutions of stride 2 in place of stride 1 and max pooling. The sizes agree;
the assignment asks for both.

Loses: build_dc_classifier 10
Explains: have stride 2; the assignment has stride 1; has no MaxPool; the assignment has MaxPool(2x2)
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, 5, stride=2),
        nn.LeakyReLU(0.01),
        nn.Conv2d(32, 64, 5, stride=2),
        nn.LeakyReLU(0.01),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )
    return model
