"""This function leaves the first layer frozen. It must learn as well.

Loses: get_optimizer 5
Explains: frozen
"""


def get_optimizer(model):
    parameters = model.parameters()
    optimizer = optim.Adam(parameters, lr=1e-3, betas=(0.5, 0.999))
    next(model.parameters()).requires_grad_(False)
    return optimizer
