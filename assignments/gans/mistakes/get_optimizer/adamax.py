"""The weights move with Adamax. The assignment asks for Adam with learning rate 1e-3 and betas
(0.5, 0.999).

Loses: get_optimizer 5
Explains: Your optimizer is Adamax; the assignment asks for Adam
"""


def get_optimizer(model):
    return optim.Adamax(model.parameters(), lr=1e-3, betas=(0.5, 0.999))
