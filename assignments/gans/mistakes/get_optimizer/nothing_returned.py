"""The optimizer is made, but not returned.

Loses: get_optimizer 5
Explains: Did you forget `return`
"""


def get_optimizer(model):
    optimizer = optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999))
