"""Only the weights of the first layer move. The assignment asks for all parameters of the model.

Loses: get_optimizer 5
Explains: leaves out 16 of 18 parameters
"""


def get_optimizer(model):
    return optim.Adam(list(model.children())[0].parameters(), lr=1e-3, betas=(0.5, 0.999))
