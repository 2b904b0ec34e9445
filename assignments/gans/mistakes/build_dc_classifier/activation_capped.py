"""The activation after the first convolution stops at 8. LeakyReLU has no upper limit.

Loses: build_dc_classifier 10
Explains: wrong outputs
"""


class Capped(nn.Module):
    def forward(self, x):
        return nn.functional.leaky_relu(x, 0.01).clamp(max=8)


def build_dc_classifier(batch_size):
    return nn.Sequential(
        nn.Conv2d(1, 32, 5), Capped(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2),
        Flatten(), nn.Linear(1024, 1024), nn.LeakyReLU(0.01), nn.Linear(1024, 1),
    )
