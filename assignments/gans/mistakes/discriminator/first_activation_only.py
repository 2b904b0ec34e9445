"""A network without an activation after its second layer. The assignment asks for LeakyReLU after
the first and the second.

Loses: discriminator 10
Explains: Your second linear layer has no activation after it; the assignment has LeakyReLU(0.01)
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.Linear(256, 1),
    )
    return model
