"""The weights move with learning rate 1e-2. The assignment asks for Adam with learning rate 1e-3
and betas (0.5, 0.999).

Loses: get_optimizer 5
Explains: Your learning rate is 0.01
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-2, betas=(0.5, 0.999))
    return optimizer
