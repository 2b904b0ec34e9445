"""BatchNorm of a class of one's own that names the shift before the scale."""


class Norm(nn.Module):
    def __init__(self, size, axes):
        super().__init__()
        self.beta, self.gamma = nn.Parameter(torch.zeros(size)), nn.Parameter(torch.ones(size))
        self.register_buffer("running_mean", torch.zeros(size))
        self.register_buffer("running_var", torch.ones(size))
        self.axes = axes

    def forward(self, x):
        rows = [1, -1] + [1] * (x.dim() - 2)
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(self.axes), x.var(self.axes, unbiased=False)
            with torch.no_grad():
                count = x.numel() / x.shape[1]
                self.running_mean.lerp_(mean, 0.1)
                self.running_var.lerp_(var * count / (count - 1), 0.1)
        x = (x - mean.view(rows)) / torch.sqrt(var.view(rows) + 1e-5)
        return x * self.gamma.view(rows) + self.beta.view(rows)


def build_dc_generator(noise_dim=96):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), Norm(1024, [0]),
        nn.Linear(1024, 6272), nn.ReLU(), Norm(6272, [0]),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), Norm(64, [0, 2, 3]),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    )
