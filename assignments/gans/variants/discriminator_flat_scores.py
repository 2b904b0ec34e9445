"""Scores of shape (N,) instead of (N, 1): a remark.

Remarks: flat_scores
"""


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
        )

    def forward(self, x):
        return self.net(x.view(x.shape[0], -1)).squeeze(1)


def discriminator(seed=None):
    return Discriminator()
