"""The gradients are never set to zero, because this optimizer's zero_grad does nothing.

Loses: get_optimizer 5
Explains: zero_grad() of your optimizer
"""


class Adam(optim.Adam):
    def zero_grad(self, set_to_none=True):
        pass


def get_optimizer(model):
    return Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999))
