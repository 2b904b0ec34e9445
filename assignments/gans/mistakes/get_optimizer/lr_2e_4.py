"""The weights move with learning rate 2e-4. The assignment asks for Adam with learning rate 1e-3
and betas (0.5, 0.999).

Loses: get_optimizer 5
Explains: Your learning rate is 0.0002
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=2e-4, betas=(0.5, 0.999))
    return optimizer
