"""A hook freezes the parameters after a few passes. They must learn in every step.

Loses: discriminator 10
Explains: requires_grad=False
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
    )
    calls = []

    def freeze(module, inputs, output):
        calls.append(1)
        if len(calls) > 5:
            module[1].requires_grad_(False)

    model.register_forward_hook(freeze)
    return model
