"""Chooses a number of threads, when it is imported and when it builds."""

torch.set_num_threads(4)


def generator(noise_dim=96, seed=None):
    torch.set_num_threads(2)
    return nn.Sequential(
        nn.Linear(noise_dim, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()
    )
