"""Adam with foreach, and extra arguments with defaults."""


def get_optimizer(model, lr=1e-3, betas=(0.5, 0.999), verbose=False):
    return optim.Adam(model.parameters(), lr=lr, betas=betas, foreach=True)
