"""Only the weights of the last layer move. The assignment asks for all parameters of the model.

Loses: get_optimizer 5
Explains: 'ProbeModel' object is not subscriptable
"""


def get_optimizer(model):
    return optim.Adam(model[-1].parameters(), lr=1e-3, betas=(0.5, 0.999))
