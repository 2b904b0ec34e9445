"""This is the class of an optimizer: it was not called.

Loses: get_optimizer 5
Explains: missing 1 required positional argument
"""


def get_optimizer(model):
    return optim.Adam
