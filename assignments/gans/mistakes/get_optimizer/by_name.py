"""This optimizer updates only parameters named weight or bias. It must update all parameters.

Loses: get_optimizer 5
Explains: leaves out 3 of 18 parameters
"""


def get_optimizer(model):
    parameters = [p for name, p in model.named_parameters() if name.split(".")[-1] in ("weight", "bias")]
    optimizer = optim.Adam(parameters, lr=1e-3, betas=(0.5, 0.999))
    return optimizer
