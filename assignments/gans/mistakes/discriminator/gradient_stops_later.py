"""The gradients of the first layer become zero after a few steps. They must stay as they are.

Loses: discriminator 10
Explains: gradients of your network are wrong
"""


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
    )
    calls = []

    def stop(gradient):
        calls.append(1)
        return gradient * 0 if len(calls) > 4 else gradient

    model[1].weight.register_hook(stop)
    return model
