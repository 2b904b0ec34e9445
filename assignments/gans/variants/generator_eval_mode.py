"""Networks without BatchNorm or Dropout that are in eval mode: nothing changes."""


def generator(noise_dim=NOISE_DIM, seed=None):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
        nn.Identity(),
        nn.Dropout(0.0),
    )
    return model.eval()
