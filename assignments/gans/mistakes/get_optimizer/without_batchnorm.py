"""An optimizer that leaves out the parameters of BatchNorm. The assignment asks for all parameters.

Loses: get_optimizer 5
Explains: leaves out 10 of 18 parameters
"""


def get_optimizer(model):
    layers = [m for m in model.modules() if isinstance(m, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d))]
    return optim.Adam([p for m in layers for p in m.parameters()], lr=1e-3, betas=(0.5, 0.999))
