"""This formula for tanh is NaN beyond 88, because an exponential overflows. Use nn.Tanh.

Loses: generator 10
Explains: nan
"""


class Formula(nn.Module):
    def forward(self, x):
        return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def generator(noise_dim=NOISE_DIM, seed=None):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), Formula()
    )
