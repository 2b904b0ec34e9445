"""A network that flattens (N, 64, 4, 4) with the channels last, as TensorFlow does. The assignment
asks for PyTorch's order, channels first.

Loses: build_dc_classifier 10
Explains: exchanges axes (permute)
"""


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 5)
        self.conv2 = nn.Conv2d(32, 64, 5)
        self.fc1 = nn.Linear(1024, 1024)
        self.fc2 = nn.Linear(1024, 1)
        self.act = nn.LeakyReLU(0.01)
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, x):
        x = self.pool(self.act(self.conv1(x)))
        x = self.pool(self.act(self.conv2(x)))
        x = x.permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1)
        return self.fc2(self.act(self.fc1(x)))


def build_dc_classifier(batch_size):
    return Classifier()
