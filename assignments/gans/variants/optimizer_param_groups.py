"""Adam with a group for each tensor, weights and biases apart."""


def get_optimizer(model):
    weights = [p for n, p in model.named_parameters() if "weight" in n]
    biases = [p for n, p in model.named_parameters() if "weight" not in n]
    groups = [{"params": biases, "lr": 1e-3}, {"params": weights}]
    return optim.Adam(groups, lr=1e-3, betas=(0.5, 0.999))
