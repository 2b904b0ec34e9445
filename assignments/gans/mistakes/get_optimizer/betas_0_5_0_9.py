"""The weights move with betas (0.5, 0.9). The assignment asks for Adam with learning rate 1e-3 and
betas (0.5, 0.999).

Loses: get_optimizer 5
Explains: Your betas are (0.5, 0.9)
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.9))
    return optimizer
