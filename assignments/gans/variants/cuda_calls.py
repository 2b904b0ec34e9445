"""CUDA calls inside functions, for machines that have a GPU."""


def sample_noise(batch_size, dim, seed=None):
    source = torch.Generator(device="cuda")
    source.manual_seed(seed) if seed is not None else source.seed()
    noise = 2 * torch.rand(batch_size, dim, generator=source, device="cuda") - 1
    torch.cuda.synchronize()
    return noise.cpu()


def discriminator(seed=None):
    torch.cuda.set_device(torch.cuda.current_device())
    model = nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1)
    )
    with torch.cuda.device(0):
        return model.cuda()


def generator_loss(logits_fake):
    torch.cuda.empty_cache()
    labels = torch.ones(logits_fake.shape, dtype=logits_fake.dtype).pin_memory().to(logits_fake.device, non_blocking=True)
    torch.cuda.synchronize()
    return bce_loss(logits_fake, labels)
