"""BatchNorm uses its running statistics from the second pass on. In training it must use those of the batch.

Loses: build_dc_generator 10
Explains: right in its first pass
"""


def build_dc_generator(noise_dim=NOISE_DIM):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.BatchNorm1d(1024),
        nn.Linear(1024, 6272), nn.ReLU(), nn.BatchNorm1d(6272),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    )

    def freeze(module, inputs, output):
        model[2].eval()

    model.register_forward_hook(freeze)
    return model
