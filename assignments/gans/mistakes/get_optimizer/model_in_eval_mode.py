"""This function leaves the network in eval mode, in which BatchNorm does not use the batch.

Loses: get_optimizer 5
Explains: eval mode
"""


def get_optimizer(model):
    parameters = model.parameters()
    optimizer = optim.Adam(parameters, lr=1e-3, betas=(0.5, 0.999))
    model.eval()
    return optimizer
