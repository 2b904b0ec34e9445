"""Lazy layers throughout, and weights initialised afterwards."""


def build_dc_generator(noise_dim=NOISE_DIM):
    model = nn.Sequential(
        nn.LazyLinear(1024),
        nn.ReLU(),
        nn.LazyBatchNorm1d(),
        nn.LazyLinear(7 * 7 * 128),
        nn.ReLU(),
        nn.LazyBatchNorm1d(),
        Unflatten(),
        nn.LazyConvTranspose2d(64, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.LazyBatchNorm2d(),
        nn.LazyConvTranspose2d(1, 4, stride=2, padding=1),
        nn.Tanh(),
        Flatten(),
    )
    return model
