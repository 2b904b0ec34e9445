"""A network in the memory format channels_last."""


class Last(nn.Module):
    def forward(self, x):
        return x.contiguous(memory_format=torch.channels_last)


def build_dc_generator(noise_dim=96):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.BatchNorm1d(1024),
        nn.Linear(1024, 6272), nn.ReLU(), nn.BatchNorm1d(6272),
        Unflatten(-1, 128, 7, 7), Last(),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    )
    return model.to(memory_format=torch.channels_last)
