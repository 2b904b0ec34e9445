"""The weights move as they should, but the biases do not. The assignment asks for all parameters of
the model.

Loses: get_optimizer 5
Explains: leaves out 13 of 18 parameters
"""


def get_optimizer(model):
    weights = [p for p in model.parameters() if p.dim() > 1]
    return optim.Adam(weights, lr=1e-3, betas=(0.5, 0.999))
