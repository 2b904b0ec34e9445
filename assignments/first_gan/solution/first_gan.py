"""The reference solution: a plain file that can stand in for the stubs. It never ships.

Sizes: N is the number of images, z_dim the length of a noise vector, im_dim = 28 * 28 = 784 the
number of pixels; images are rows of pixels in [0, 1]. A score may be any real number; larger means
"real".
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

__all__ = [
    "Discriminator", "Generator", "get_disc_loss", "get_discriminator_block", "get_gen_loss",
    "get_generator_block", "get_noise", "nn", "torch",
]  # fmt: skip


def get_generator_block(input_dim: int, output_dim: int) -> nn.Module:
    """Build one block of the generator: fully connected, then BatchNorm, then ReLU.

    Args:
        input_dim: numbers that come in, for each image.
        output_dim: numbers that go out.
    Returns:
        A module from (N, input_dim) to (N, output_dim), float32. BatchNorm with its defaults.
    """
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.BatchNorm1d(output_dim),
        nn.ReLU(inplace=True),
    )


class Generator(nn.Module):
    """Noise in, images out.

    Four generator blocks, z_dim -> hidden_dim -> 2 hidden_dim -> 4 hidden_dim -> 8 hidden_dim,
    then fully connected to im_dim, then a sigmoid: six modules in one nn.Sequential, self.gen.

    Args:
        z_dim: length of a noise vector.
        im_dim: pixels of an image.
        hidden_dim: width after the first block.
    """

    def __init__(self, z_dim: int = 10, im_dim: int = 784, hidden_dim: int = 128):
        super().__init__()
        self.gen = nn.Sequential(
            get_generator_block(z_dim, hidden_dim),
            get_generator_block(hidden_dim, 2 * hidden_dim),
            get_generator_block(2 * hidden_dim, 4 * hidden_dim),
            get_generator_block(4 * hidden_dim, 8 * hidden_dim),
            nn.Linear(8 * hidden_dim, im_dim),
            nn.Sigmoid(),
        )

    def forward(self, noise: Tensor) -> Tensor:
        """(N, z_dim) -> (N, im_dim), in (0, 1). Given."""
        return self.gen(noise)

    def get_gen(self) -> nn.Sequential:
        """The six modules. Given."""
        return self.gen


def get_noise(n_samples: int, z_dim: int, device: str | torch.device = "cpu") -> Tensor:
    """Draw the generator's input: independent numbers, standard normal (mean 0, deviation 1).

    Args:
        n_samples: N, how many vectors.
        z_dim: length of each vector.
        device: where the numbers are made.
    Returns:
        (n_samples, z_dim) float32 on that device, new numbers at each call.
    """
    return torch.randn(n_samples, z_dim, device=device)


def get_discriminator_block(input_dim: int, output_dim: int) -> nn.Module:
    """Build one block of the discriminator: fully connected, then LeakyReLU with slope 0.2.

    Args:
        input_dim: numbers that come in, for each image.
        output_dim: numbers that go out.
    Returns:
        A module from (N, input_dim) to (N, output_dim), float32.
    """
    return nn.Sequential(
        nn.Linear(input_dim, output_dim),
        nn.LeakyReLU(0.2, inplace=True),
    )


class Discriminator(nn.Module):
    """Images in, scores out.

    Three discriminator blocks, im_dim -> 4 hidden_dim -> 2 hidden_dim -> hidden_dim, then fully
    connected to one score with nothing after it: four modules in one nn.Sequential, self.disc.

    Args:
        im_dim: pixels of an image.
        hidden_dim: width after the last block.
    """

    def __init__(self, im_dim: int = 784, hidden_dim: int = 128):
        super().__init__()
        self.disc = nn.Sequential(
            get_discriminator_block(im_dim, 4 * hidden_dim),
            get_discriminator_block(4 * hidden_dim, 2 * hidden_dim),
            get_discriminator_block(2 * hidden_dim, hidden_dim),
            nn.Linear(hidden_dim, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        """(N, im_dim) -> (N, 1), any real number. Given."""
        return self.disc(image)

    def get_disc(self) -> nn.Sequential:
        """The four modules. Given."""
        return self.disc


def get_disc_loss(
    gen: nn.Module,
    disc: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    real: Tensor,
    num_images: int,
    z_dim: int,
    device: str | torch.device,
) -> Tensor:
    """The discriminator's loss: the mean of its loss on fakes and its loss on real images.

    Draw noise and make num_images fakes; the criterion of their scores with labels 0, and of the
    scores of the real images with labels 1; half the sum of both. The fakes are cut off from the
    generator's graph: a backward pass leaves the generator without gradients.

    Args:
        gen: (N, z_dim) -> (N, im_dim).
        disc: (N, im_dim) -> (N, 1).
        criterion: (scores, labels of the same shape) -> () loss.
        real: (num_images, im_dim): real images.
        num_images: how many fakes.
        z_dim: length of a noise vector.
        device: where both networks are.
    Returns:
        () float; differentiable.
    """
    fakes = gen(get_noise(num_images, z_dim, device=device)).detach()
    scores_fake, scores_real = disc(fakes), disc(real)
    loss_fake = criterion(scores_fake, torch.zeros_like(scores_fake))
    loss_real = criterion(scores_real, torch.ones_like(scores_real))
    return (loss_fake + loss_real) / 2


def get_gen_loss(
    gen: nn.Module,
    disc: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    num_images: int,
    z_dim: int,
    device: str | torch.device,
) -> Tensor:
    """The generator's loss: the criterion of the scores of new fakes with the labels of real ones.

    Args:
        gen, disc, criterion, num_images, z_dim, device: as in get_disc_loss.
    Returns:
        () float; differentiable, down to the generator's weights.
    """
    scores_fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(scores_fake, torch.ones_like(scores_fake))
