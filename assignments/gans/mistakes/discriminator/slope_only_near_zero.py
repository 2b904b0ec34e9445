"""The slope of these activations is right for small values only. It must be 0.01 for all negative ones.

Loses: discriminator 10
Explains: Check the activations
"""


class Bent(nn.Module):
    def forward(self, x):
        return torch.where(x < -5, 0.2 * x + 0.95, nn.functional.leaky_relu(x, 0.01))


def discriminator(seed=None):
    return nn.Sequential(
        Flatten(), nn.Linear(784, 256), Bent(), nn.Linear(256, 256), Bent(), nn.Linear(256, 1)
    )
