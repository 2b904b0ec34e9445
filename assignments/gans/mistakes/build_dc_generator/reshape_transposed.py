"""A network that reshapes to (7, 7, 128) and then moves the channels to the front. The assignment
asks for a reshape to (128, 7, 7) straight away.

Loses: build_dc_generator 10
Explains: exchanges axes (permute)
"""


class Reshape(nn.Module):
    def forward(self, x):
        return x.view(-1, 7, 7, 128).permute(0, 3, 1, 2)


def build_dc_generator(noise_dim=NOISE_DIM):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        nn.BatchNorm1d(7 * 7 * 128),
        Reshape(),
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
        Flatten(),
    )
