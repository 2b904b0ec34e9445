"""Nothing moves: the optimizer holds the parameters of another network (one that was built
inside, or a copy) and not those of the model that was given.

Loses: get_optimizer 5
Explains: those of another network
"""


def get_optimizer(model):
    D = discriminator()
    return optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
