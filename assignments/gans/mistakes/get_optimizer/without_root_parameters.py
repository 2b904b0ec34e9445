"""This optimizer leaves out the parameters that the network itself owns. It must update all parameters.

Loses: get_optimizer 5
Explains: leaves out 1 of 18 parameters
"""


def get_optimizer(model):
    parameters = [p for child in model.children() for p in child.parameters()]
    optimizer = optim.Adam(parameters, lr=1e-3, betas=(0.5, 0.999))
    return optimizer
