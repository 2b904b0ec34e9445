"""The weights move with SGD. The assignment asks for Adam with learning rate 1e-3 and betas (0.5,
0.999).

Loses: get_optimizer 5
Explains: Your optimizer is SGD; the assignment asks for Adam
"""


def get_optimizer(model):
    return optim.SGD(model.parameters(), lr=1e-3)
