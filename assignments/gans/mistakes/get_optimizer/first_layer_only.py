"""Only the weights of the first layer move. The text asks for all parameters of the model.

Loses: get_optimizer 5
"""


def get_optimizer(model):
    return optim.Adam(list(model.children())[0].parameters(), lr=1e-3, betas=(0.5, 0.999))
