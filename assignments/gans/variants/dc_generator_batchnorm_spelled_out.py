"""BatchNorm with all of its defaults written out, and Tanh after Flatten."""


def norm(layer, n):
    return layer(n, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)


def build_dc_generator(noise_dim=NOISE_DIM):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), norm(nn.BatchNorm1d, 1024),
        nn.Linear(1024, 6272), nn.ReLU(), norm(nn.BatchNorm1d, 6272),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, output_padding=0, dilation=1), nn.ReLU(), norm(nn.BatchNorm2d, 64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), Flatten(), nn.Tanh(),
    )
    for m in model:
        if isinstance(m, (nn.Linear, nn.ConvTranspose2d)):
            nn.init.xavier_uniform_(m.weight)
            nn.init.normal_(m.bias, 0, 0.02)
    return model
