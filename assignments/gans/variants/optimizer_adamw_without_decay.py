"""AdamW without weight decay, which is Adam; and a subclass of Adam."""


class Solver(optim.AdamW):
    pass


def get_optimizer(model):
    return Solver(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-3, betas=(0.5, 0.999), weight_decay=0.0)
