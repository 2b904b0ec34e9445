"""The weights move with Adam's default betas (0.9, 0.999). The assignment asks for Adam with
learning rate 1e-3 and betas (0.5, 0.999).

Loses: get_optimizer 5
Explains: Your betas are (0.9, 0.999)
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    return optimizer
