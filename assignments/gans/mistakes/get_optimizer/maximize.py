"""The weights move the wrong way: the loss is maximised.

Loses: get_optimizer 5
Explains: maximizes the loss
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999), maximize=True)
    return optimizer
