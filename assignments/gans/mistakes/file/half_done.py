"""Half of the tasks were never begun: their functions still raise NotImplementedError.

Loses: generator 10, discriminator_loss 10, generator_loss 10, get_optimizer 5, ls_discriminator_loss 10, ls_generator_loss 5, build_dc_classifier 10, build_dc_generator 10
Explains: still raises NotImplementedError
"""
# whole file
import torch
import torch.nn as nn
import torch.optim as optim

from .layers import Flatten

NOISE_DIM = 96


def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return 2 * torch.rand(batch_size, dim) - 1


def discriminator(seed=None):
    return nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(),
        nn.Linear(256, 256),
        nn.LeakyReLU(),
        nn.Linear(256, 1),
    )


def generator(noise_dim=NOISE_DIM, seed=None):
    raise NotImplementedError


def bce_loss(input, target):
    return nn.functional.binary_cross_entropy_with_logits(input, target)


def discriminator_loss(logits_real, logits_fake):
    raise NotImplementedError


def generator_loss(logits_fake):
    raise NotImplementedError


def get_optimizer(model):
    optimizer = None
    # TODO
    return optimizer


def ls_discriminator_loss(scores_real, scores_fake):
    raise NotImplementedError


def ls_generator_loss(scores_fake):
    pass


def build_dc_classifier(batch_size):
    raise NotImplementedError
