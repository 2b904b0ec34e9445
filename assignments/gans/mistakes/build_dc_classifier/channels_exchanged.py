"""A network with 64 filters first and 32 then. The assignment asks for 32, then 64.

Loses: build_dc_classifier 10
Explains: maps 1 -> 64; the assignment has 1 -> 32; The two sizes are exchanged
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(64, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 32, 4 * 4 * 32),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 32, 1),
    )
    return model
