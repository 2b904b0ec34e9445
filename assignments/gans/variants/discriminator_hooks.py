"""Hooks that watch activations and gradients without changing them."""

SEEN = {}


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )

    def remember(module, given, out):
        SEEN[module] = out.detach().mean().item()

    for layer in model:
        layer.register_forward_hook(remember)
    for p in model.parameters():
        p.register_hook(lambda grad: SEEN.update(last=grad.norm().item()))
    return model
