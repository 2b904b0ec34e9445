"""The weights move with learning rate 3e-3. The assignment asks for Adam with learning rate 1e-3
and betas (0.5, 0.999).

Loses: get_optimizer 5
Explains: Your learning rate is 0.003
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=3e-3, betas=(0.5, 0.999))
    return optimizer
