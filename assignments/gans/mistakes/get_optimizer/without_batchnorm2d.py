"""This optimizer leaves out the parameters of BatchNorm2d. It must update all parameters.

Loses: get_optimizer 5
Explains: leaves out 2 of 18 parameters
"""


def get_optimizer(model):
    skip = {p for m in model.modules() if isinstance(m, nn.BatchNorm2d) for p in m.parameters()}
    parameters = [p for p in model.parameters() if p not in skip]
    optimizer = optim.Adam(parameters, lr=1e-3, betas=(0.5, 0.999))
    return optimizer
