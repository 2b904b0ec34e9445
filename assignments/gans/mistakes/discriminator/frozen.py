"""A network whose weights do not require a gradient, so that they are never trained.

Loses: discriminator 10
Explains: do not require a gradient
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    for p in model.parameters():
        p.requires_grad = False
    return model
