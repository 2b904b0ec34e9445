"""Weights and biases by hand, with biases of shape (1, n) and a convolution over the whole image."""


class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.randn(784, 256) * 0.05), nn.Parameter(torch.zeros(1, 256))
        self.w2, self.b2 = nn.Parameter(torch.randn(256, 256) * 0.05), nn.Parameter(torch.zeros(1, 256))
        self.w3, self.b3 = nn.Parameter(torch.randn(256, 1) * 0.05), nn.Parameter(torch.zeros(1, 1))

    def forward(self, x):
        x = nn.functional.leaky_relu(x.view(len(x), -1) @ self.w1 + self.b1, 0.01)
        x = nn.functional.leaky_relu(x @ self.w2 + self.b2, 0.01)
        return x @ self.w3 + self.b3


def discriminator(seed=None):
    return Rows()


def build_dc_classifier(batch_size):
    return nn.Sequential(
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 1024, 4),
        nn.LeakyReLU(0.01),
        nn.Conv2d(1024, 1, 1),
        nn.Flatten(),
    )
