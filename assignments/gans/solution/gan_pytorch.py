"""The reference solution: a plain file that can stand in for the stubs. It never ships.

Sizes: N is the batch size, D(x) a score of shape (N, 1), any real number; larger means "real".
"""

import torch
from torch import Tensor, nn, optim

from .data import ChunkSampler, deprocess_img, preprocess_img
from .display import show_images
from .layers import Flatten, Unflatten, initialize_weights
from .training import count_params, rel_error, run_a_gan

# Classic notebooks import these from here. The tasks need Flatten, Unflatten, torch, nn and optim.
__all__ = [
    "ChunkSampler", "Flatten", "Unflatten", "bce_loss", "build_dc_classifier",
    "build_dc_generator", "count_params", "deprocess_img", "discriminator", "discriminator_loss",
    "dtype", "generator", "generator_loss", "get_optimizer", "initialize_weights",
    "ls_discriminator_loss", "ls_generator_loss", "nn", "optim", "preprocess_img", "rel_error",
    "run_a_gan", "sample_noise", "show_images", "torch",
]  # fmt: skip

# The type of tensors on this machine. Old notebooks use it; new code takes `device` instead.
dtype = torch.cuda.FloatTensor if torch.cuda.is_available() else torch.FloatTensor

NOISE_DIM = 96


def sample_noise(batch_size: int, dim: int, seed: int | None = None) -> Tensor:
    """Draw the generator's input: independent numbers, uniform in (-1, 1).

    Args:
        batch_size: N, how many vectors.
        dim: length of each vector.
        seed: if given, the same seed gives the same noise; if None, leave the random state alone.
    Returns:
        (N, dim) float32 in (-1, 1).
    """
    source = None if seed is None else torch.Generator().manual_seed(seed)
    return 2 * torch.rand(batch_size, dim, generator=source) - 1


def discriminator(seed: int | None = None) -> nn.Module:
    """Build the fully connected discriminator: an image in, a score out.

    Layers: fully connected 784 -> 256, LeakyReLU(0.01), fully connected 256 -> 256,
    LeakyReLU(0.01), fully connected 256 -> 1; each fully connected layer has a bias.

    Args:
        seed: if given, seeds the initial weights. They are yours to choose and not checked.
    Returns:
        A module from images (N, 1, 28, 28), float32 in [-1, 1], to scores (N, 1).
    """
    if seed is not None:
        torch.manual_seed(seed)
    return nn.Sequential(
        Flatten(),  # (N, 1, 28, 28) -> (N, 784)
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )


def generator(noise_dim: int = NOISE_DIM, seed: int | None = None) -> nn.Module:
    """Build the fully connected generator: noise in, an image out.

    Layers: fully connected noise_dim -> 1024, ReLU, fully connected 1024 -> 1024, ReLU,
    fully connected 1024 -> 784, Tanh; each fully connected layer has a bias.

    Args:
        noise_dim: length of a noise vector.
        seed: if given, seeds the initial weights. They are yours to choose and not checked.
    Returns:
        A module from noise (N, noise_dim), float32, to images (N, 784) in (-1, 1).
    """
    if seed is not None:
        torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )


def bce_loss(input: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of scores before the sigmoid, averaged; given, nothing to fill in.

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
    """The discriminator's loss, -E[log D(x)] - E[log(1 - D(G(z)))] (Goodfellow et al. 2014).

    A sum of two means, not their average; D here is the sigmoid of the score.

    Args:
        logits_real: (N, 1) float: scores of real images.
        logits_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the inputs' device and of their dtype; differentiable.
    """
    real = bce_loss(logits_real, torch.ones_like(logits_real))
    fake = bce_loss(logits_fake, torch.zeros_like(logits_fake))
    return real + fake


def generator_loss(logits_fake: Tensor) -> Tensor:
    """The generator's loss, -E[log D(G(z))] (Goodfellow et al. 2014, the non-saturating form).

    Args:
        logits_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the input's device and of its dtype; differentiable.
    """
    return bce_loss(logits_fake, torch.ones_like(logits_fake))


def get_optimizer(model: nn.Module) -> optim.Optimizer:
    """Build the optimizer of one network: Adam, learning rate 1e-3, betas (0.5, 0.999).

    Args:
        model: the network whose parameters, all of them, it updates.
    Returns:
        The optimizer.
    """
    return optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999))


def ls_discriminator_loss(scores_real: Tensor, scores_fake: Tensor) -> Tensor:
    """Least-squares loss of the discriminator, eq. (9) of Mao et al. 2017 (arXiv:1611.04076).

    1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2], on raw scores.

    Args:
        scores_real: (N, 1) float: scores of real images.
        scores_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the inputs' device and of their dtype; differentiable.
    """
    return 0.5 * (scores_real - 1).square().mean() + 0.5 * scores_fake.square().mean()


def ls_generator_loss(scores_fake: Tensor) -> Tensor:
    """Least-squares loss of the generator, eq. (9) of Mao et al. 2017 (arXiv:1611.04076).

    1/2 E[(D(G(z)) - 1)^2], on raw scores.

    Args:
        scores_fake: (N, 1) float: scores of generated images.
    Returns:
        () float, on the input's device and of its dtype; differentiable.
    """
    return 0.5 * (scores_fake - 1).square().mean()


def build_dc_classifier(batch_size: int) -> nn.Module:
    """Build the convolutional discriminator of the DCGAN.

    Layers: convolution 32 of 5x5, stride 1; LeakyReLU(0.01); max-pool 2x2, stride 2;
    convolution 64 of 5x5, stride 1; LeakyReLU(0.01); max-pool 2x2, stride 2; flatten;
    fully connected to 4*4*64; LeakyReLU(0.01); fully connected to 1. No padding.

    Args:
        batch_size: the size of the batches it will see. Most solutions need not use it.
    Returns:
        A module from images (N, 1, 28, 28), N = batch_size, to scores (N, 1).
    """
    return nn.Sequential(
        nn.Conv2d(1, 32, 5),  # (N, 1, 28, 28) -> (N, 32, 24, 24)
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),  # -> (N, 32, 12, 12)
        nn.Conv2d(32, 64, 5),  # -> (N, 64, 8, 8)
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),  # -> (N, 64, 4, 4)
        Flatten(),  # -> (N, 1024)
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )


def build_dc_generator(noise_dim: int = NOISE_DIM) -> nn.Module:
    """Build the convolutional generator, that of InfoGAN (arXiv:1606.03657, appendix C.1).

    Layers: fully connected to 1024, ReLU, BatchNorm; fully connected to 7*7*128, ReLU, BatchNorm;
    reshape to (128, 7, 7); transposed convolution 64 of 4x4, stride 2, padding 1, ReLU, BatchNorm;
    transposed convolution 1 of 4x4, stride 2, padding 1, Tanh; flatten to 784.
    BatchNorm with PyTorch's own defaults: BatchNorm1d on vectors, BatchNorm2d on images.

    Args:
        noise_dim: length of a noise vector.
    Returns:
        A module from noise (N, noise_dim), float32, to images (N, 784) in (-1, 1).
    """
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        nn.BatchNorm1d(7 * 7 * 128),
        Unflatten(-1, 128, 7, 7),  # (N, 6272) -> (N, 128, 7, 7)
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),  # -> (N, 64, 14, 14)
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),  # -> (N, 1, 28, 28)
        nn.Tanh(),
        Flatten(),  # -> (N, 784)
    )
