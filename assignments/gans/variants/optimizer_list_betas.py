"""Adam with betas as a list."""


def get_optimizer(model):
    return torch.optim.Adam(list(model.parameters()), 0.001, [0.5, 0.999])
