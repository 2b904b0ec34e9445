"""A network that is moved to the GPU if there is one, and one that names it outright."""

device = torch.device("cuda:0")


def discriminator(seed=None):
    model = nn.Sequential(
        Flatten(), nn.Linear(784, 256, device=device), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
    )
    return model.to(device)


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    )
    return model.to("cuda" if torch.cuda.is_available() else "cpu").cuda().type(dtype)
