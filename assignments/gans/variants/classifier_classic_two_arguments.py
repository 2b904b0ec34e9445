"""A classifier that takes the batch size by another name, and an image size with a default."""


def build_dc_classifier(N, size=28):
    side = ((size - 4) // 2 - 4) // 2
    layers = [nn.Unflatten(1, (1, size, size)), nn.Conv2d(1, 32, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2, 2)]
    layers += [nn.Conv2d(32, 64, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2, 2), nn.Flatten()]
    layers += [nn.Linear(side * side * 64, side * side * 64), nn.LeakyReLU(0.01), nn.Linear(side * side * 64, 1)]
    return nn.Sequential(nn.Flatten(), *layers)
