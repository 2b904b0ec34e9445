"""It hands Adam the model itself. An optimizer takes its parameters.

Loses: get_optimizer 5
Explains: not iterable
"""


def get_optimizer(model):
    return optim.Adam(model, lr=1e-3, betas=(0.5, 0.999))
