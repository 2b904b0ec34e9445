"""Tensors of a class of its own as results.

Operations: others than those of the assignment
"""


class Named(torch.Tensor):
    pass


class Last(nn.Module):
    def forward(self, x):
        return x.as_subclass(Named)


def sample_noise(batch_size, dim, seed=None):
    source = None if seed is None else torch.Generator().manual_seed(seed)
    return (2 * torch.rand(batch_size, dim, generator=source) - 1).as_subclass(Named)


def discriminator(seed=None):
    return nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1), Last()
    )


def ls_generator_loss(scores_fake):
    return (0.5 * ((scores_fake - 1) ** 2).mean()).as_subclass(Named)
