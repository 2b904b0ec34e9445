"""The weights move with weight decay 1e-4. The assignment asks for Adam with learning rate 1e-3 and
betas (0.5, 0.999). Nothing else.

Loses: get_optimizer 5
Explains: Your weight decay is 0.0001
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999), weight_decay=1e-4)
    return optimizer
