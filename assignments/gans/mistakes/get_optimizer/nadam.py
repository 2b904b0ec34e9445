"""The weights move with NAdam. The assignment asks for Adam with learning rate 1e-3 and betas (0.5,
0.999).

Loses: get_optimizer 5
Explains: Your optimizer is NAdam; the assignment asks for Adam
"""


def get_optimizer(model):
    return optim.NAdam(model.parameters(), lr=1e-3, betas=(0.5, 0.999))
