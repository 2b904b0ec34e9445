"""This is the class of an optimizer: it was not called.

Loses: get_optimizer 5
Explains: no, because the check shows only the exception of the first step
"""


def get_optimizer(model):
    return optim.Adam
