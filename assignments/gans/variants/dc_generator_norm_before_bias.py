"""A layer of its own registers gamma and beta before the bias, and contains activation and norm.

Operations: others than those of the assignment
"""


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(outputs)), nn.Parameter(torch.zeros(outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.weight = nn.Parameter(0.05 * torch.randn(inputs, outputs))
        self.register_buffer("mean", torch.zeros(1, outputs))
        self.register_buffer("var", torch.ones(1, outputs))

    def forward(self, x):
        x = (x @ self.weight + self.bias).clamp(min=0)
        mean, var = self.mean, self.var
        if self.training:
            mean, var = x.mean(0, keepdim=True), x.var(0, unbiased=False, keepdim=True)
            self.mean = 0.9 * self.mean + 0.1 * mean.detach()
            self.var = 0.9 * self.var + 0.1 * var.detach() * len(x) / (len(x) - 1)
        return self.beta + self.gamma * (x - mean) / (var + 1e-5).sqrt()


def build_dc_generator(noise_dim=96):
    return nn.Sequential(
        Layer(noise_dim, 1024), Layer(1024, 6272), Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), Flatten(),
    )
