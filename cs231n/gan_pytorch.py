"""Your part of the assignment: ten functions. Fill them in, save, and run the `check(...)` cells.

Each function stands alone, and you can fill them in in any order. Replace the line
`raise NotImplementedError`. Add imports, helper functions and classes as you like, but keep the
names and arguments of the ten functions.

Sizes: N is the batch size, D(x) a score of shape (N, 1), any real number; larger means "real".
"""

import torch
from torch import Tensor, nn, optim

from .data import ChunkSampler, deprocess_img, preprocess_img
from .display import show_images
from .layers import Flatten, Unflatten, initialize_weights
from .training import count_params, rel_error, run_a_gan

# Older notebooks import these from here. The tasks need Flatten, Unflatten, torch, nn and optim.
__all__ = [
    "ChunkSampler", "Flatten", "Unflatten", "bce_loss", "build_dc_classifier",
    "build_dc_generator", "count_params", "deprocess_img", "discriminator", "discriminator_loss",
    "dtype", "generator", "generator_loss", "get_optimizer", "initialize_weights",
    "ls_discriminator_loss", "ls_generator_loss", "nn", "optim", "preprocess_img", "rel_error",
    "run_a_gan", "sample_noise", "show_images", "torch",
]  # fmt: skip

# The type of tensors on this machine. Older notebooks use it; new code uses `device` instead.
dtype = torch.cuda.FloatTensor if torch.cuda.is_available() else torch.FloatTensor

NOISE_DIM = 96


def sample_noise(batch_size: int, dim: int, seed: int | None = None) -> Tensor:
    """Draw the generator's input: independent numbers, uniform in (-1, 1).

    Args:
        batch_size: N, the number of vectors.
        dim: length of each vector.
        seed: if given, the same seed returns the same noise; if None, do not seed anything.
    Returns:
        (N, dim) float32 in (-1, 1).
    """
    raise NotImplementedError


def discriminator(seed: int | None = None) -> nn.Module:
    """Build the fully connected discriminator, which maps images to scores.

    Layers: fully connected 784 -> 256, LeakyReLU(0.01), fully connected 256 -> 256,
    LeakyReLU(0.01), fully connected 256 -> 1; each fully connected layer has a bias.

    Args:
        seed: if given, seeds the initial weights. They are yours to choose and not checked.
    Returns:
        A module from images (N, 1, 28, 28), float32 in [-1, 1], to scores (N, 1).
    """
    raise NotImplementedError


def generator(noise_dim: int = NOISE_DIM, seed: int | None = None) -> nn.Module:
    """Build the fully connected generator, which maps noise to images.

    Layers: fully connected noise_dim -> 1024, ReLU, fully connected 1024 -> 1024, ReLU,
    fully connected 1024 -> 784, Tanh; each fully connected layer has a bias.

    Args:
        noise_dim: length of a noise vector.
        seed: if given, seeds the initial weights. They are yours to choose and not checked.
    Returns:
        A module from noise (N, noise_dim), float32, to images (N, 784) in (-1, 1).
    """
    raise NotImplementedError


def bce_loss(input: Tensor, target: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of scores before the sigmoid. Given: do not change it.

    With p = sigmoid(s): bce(s, y) = -y log p - (1 - y) log(1 - p), written as
    max(s, 0) - s y + log(1 + exp(-|s|)) so that no exponential can overflow.

    Args:
        input: (N, 1) float: the scores s.
        target: (N, 1) float, same dtype and device: the labels y, 1 for real and 0 for fake.
    Returns:
        () float: the mean over the batch; differentiable.
    """
    return (input.clamp(min=0) - input * target + torch.log1p(torch.exp(-input.abs()))).mean()


def discriminator_loss(logits_real: Tensor, logits_fake: Tensor) -> Tensor:
    """Return the discriminator's loss, -E[log D(x)] - E[log(1 - D(G(z)))] (Goodfellow et al. 2014).

    It is the sum of two means, not their average. D here is the sigmoid of the score.

    Args:
        logits_real: (N, 1) float: scores of real images.
        logits_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the inputs' device and of their dtype; differentiable.
    """
    raise NotImplementedError


def generator_loss(logits_fake: Tensor) -> Tensor:
    """Return the generator's loss, -E[log D(G(z))] (Goodfellow et al. 2014, non-saturating form).

    Args:
        logits_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the input's device and of its dtype; differentiable.
    """
    raise NotImplementedError


def get_optimizer(model: nn.Module) -> optim.Optimizer:
    """Build the optimizer of one network: Adam, learning rate 1e-3, betas (0.5, 0.999).

    Args:
        model: the network; the optimizer updates all of its parameters.
    Returns:
        The optimizer.
    """
    raise NotImplementedError


def ls_discriminator_loss(scores_real: Tensor, scores_fake: Tensor) -> Tensor:
    """Return the discriminator's least-squares loss, eq. (9) of Mao et al. 2016, arXiv:1611.04076.

    1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2], on raw scores.

    Args:
        scores_real: (N, 1) float: scores of real images.
        scores_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the inputs' device and of their dtype; differentiable.
    """
    raise NotImplementedError


def ls_generator_loss(scores_fake: Tensor) -> Tensor:
    """Return the generator's least-squares loss, eq. (9) of Mao et al. 2016, arXiv:1611.04076.

    1/2 E[(D(G(z)) - 1)^2], on raw scores.

    Args:
        scores_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the input's device and of its dtype; differentiable.
    """
    raise NotImplementedError


def build_dc_classifier(batch_size: int) -> nn.Module:
    """Build the convolutional discriminator of the DCGAN.

    Layers: convolution 32 of 5x5, stride 1; LeakyReLU(0.01); max-pool 2x2, stride 2;
    convolution 64 of 5x5, stride 1; LeakyReLU(0.01); max-pool 2x2, stride 2; flatten;
    fully connected to 4*4*64; LeakyReLU(0.01); fully connected to 1. No padding.

    Args:
        batch_size: the size of the batches that it will receive. Most solutions need not use it.
    Returns:
        A module from images (N, 1, 28, 28), N = batch_size, to scores (N, 1).
    """
    raise NotImplementedError


def build_dc_generator(noise_dim: int = NOISE_DIM) -> nn.Module:
    """Build the convolutional generator of InfoGAN (arXiv:1606.03657, appendix C.1), with a Tanh.

    Layers: fully connected to 1024, ReLU, BatchNorm; fully connected to 7*7*128, ReLU, BatchNorm;
    reshape to (128, 7, 7); transposed convolution 64 of 4x4, stride 2, padding 1, ReLU, BatchNorm;
    transposed convolution 1 of 4x4, stride 2, padding 1, Tanh; flatten to 784.
    BatchNorm with PyTorch's own defaults: BatchNorm1d on vectors, BatchNorm2d on images.

    Args:
        noise_dim: length of a noise vector.
    Returns:
        A module from noise (N, noise_dim), float32, to images (N, 784) in (-1, 1).
    """
    raise NotImplementedError
