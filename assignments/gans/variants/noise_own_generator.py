"""Noise from a torch.Generator of its own, seeded afresh where no seed is given."""


def sample_noise(batch_size, dim, seed=None):
    g = torch.Generator()
    if seed is None:
        g.seed()
    else:
        g.manual_seed(seed)
    return torch.rand(batch_size, dim, generator=g).sub_(0.5).mul_(2.0)
