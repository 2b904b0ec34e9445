"""Answer with tensors of types that nobody asked for.

Must: cost only those tasks
Loses: generator_loss 10, ls_generator_loss 5, ls_discriminator_loss 10, sample_noise 5
"""

def generator_loss(logits_fake):
    return logits_fake.mean().to(torch.complex64)


def ls_generator_loss(scores_fake):
    return torch.quantize_per_tensor(scores_fake.mean(), 0.1, 0, torch.qint8)


def ls_discriminator_loss(scores_real, scores_fake):
    return scores_fake.to_sparse()


def sample_noise(batch_size, dim, seed=None):
    return torch.zeros(batch_size, dim, dtype=torch.bool)
