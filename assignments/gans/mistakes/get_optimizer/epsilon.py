"""The weights move with another eps, 1e-4. The text leaves it at its default.

Loses: get_optimizer 5
Explains: Your eps is 0.0001
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999), eps=1e-4)
    return optimizer
