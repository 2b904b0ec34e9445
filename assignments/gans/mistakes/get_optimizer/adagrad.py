"""The weights move with Adagrad. The assignment asks for Adam with learning rate 1e-3 and betas
(0.5, 0.999).

Loses: get_optimizer 5
Explains: Your optimizer is Adagrad; asks for Adam
"""


def get_optimizer(model):
    return optim.Adagrad(model.parameters(), lr=1e-3)
