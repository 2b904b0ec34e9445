"""The classic signatures without any argument, and with extra ones that have defaults."""


def discriminator():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.LeakyReLU(), nn.Linear(256, 256), nn.LeakyReLU(), nn.Linear(256, 1))


def generator(noise_dim=NOISE_DIM, seed=None, hidden=1024, activation=nn.ReLU):
    return nn.Sequential(
        nn.Linear(noise_dim, hidden), activation(), nn.Linear(hidden, hidden), activation(), nn.Linear(hidden, 784), nn.Tanh()
    )


def build_dc_classifier():
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=5, stride=1), nn.LeakyReLU(0.01), nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, kernel_size=5, stride=1), nn.LeakyReLU(0.01), nn.MaxPool2d(2, stride=2),
        Flatten(), nn.Linear(4 * 4 * 64, 4 * 4 * 64), nn.LeakyReLU(0.01), nn.Linear(4 * 4 * 64, 1),
    )
