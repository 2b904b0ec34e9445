"""Your part of the first GAN: five functions and two classes. Fill them in, save, run the checks.

Each stands alone, and you can fill them in in any order, though it is best to build the classes
from the blocks. Replace each line `raise NotImplementedError`. Add imports and helpers as you like,
but keep the names, arguments and default values.

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
    raise NotImplementedError


class Generator(nn.Module):
    """The generator, which maps noise to images.

    Four generator blocks, z_dim -> hidden_dim -> 2 hidden_dim -> 4 hidden_dim -> 8 hidden_dim,
    then fully connected to im_dim, then a sigmoid: six modules in one nn.Sequential, self.gen.

    Args:
        z_dim: length of a noise vector.
        im_dim: pixels of an image.
        hidden_dim: width after the first block.
    """

    def __init__(self, z_dim: int = 10, im_dim: int = 784, hidden_dim: int = 128):
        super().__init__()
        raise NotImplementedError

    def forward(self, noise: Tensor) -> Tensor:
        """Map noise (N, z_dim) to images (N, im_dim) in (0, 1). Given."""
        return self.gen(noise)

    def get_gen(self) -> nn.Sequential:
        """Return the six modules. Given."""
        return self.gen


def get_noise(n_samples: int, z_dim: int, device: str | torch.device = "cpu") -> Tensor:
    """Draw the generator's input: independent numbers, standard normal (mean 0, deviation 1).

    Args:
        n_samples: N, the number of vectors.
        z_dim: length of each vector.
        device: of the result; create the numbers there.
    Returns:
        (n_samples, z_dim) float32 on that device, different numbers at each call.
    """
    raise NotImplementedError


def get_discriminator_block(input_dim: int, output_dim: int) -> nn.Module:
    """Build one block of the discriminator: fully connected, then LeakyReLU with slope 0.2.

    Args:
        input_dim: numbers that come in, for each image.
        output_dim: numbers that go out.
    Returns:
        A module from (N, input_dim) to (N, output_dim), float32.
    """
    raise NotImplementedError


class Discriminator(nn.Module):
    """The discriminator, which maps images to scores.

    Three discriminator blocks, im_dim -> 4 hidden_dim -> 2 hidden_dim -> hidden_dim, then fully
    connected to one score with nothing after it: four modules in one nn.Sequential, self.disc.

    Args:
        im_dim: pixels of an image.
        hidden_dim: width after the last block.
    """

    def __init__(self, im_dim: int = 784, hidden_dim: int = 128):
        super().__init__()
        raise NotImplementedError

    def forward(self, image: Tensor) -> Tensor:
        """Map images (N, im_dim) to scores (N, 1), any real number. Given."""
        return self.disc(image)

    def get_disc(self) -> nn.Sequential:
        """Return the four modules. Given."""
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
    """Return the discriminator's loss: the mean of its loss on fakes and its loss on real images.

    Draw noise and make num_images fakes. Apply the criterion to their scores with labels 0, and to
    the scores of the real images with labels 1. Return half the sum. The fakes are cut off from the
    generator's graph: a backward pass leaves the generator without gradients.

    Args:
        gen: (N, z_dim) -> (N, im_dim).
        disc: (N, im_dim) -> (N, 1).
        criterion: (scores, labels of the same shape) -> () loss.
        real: (num_images, im_dim): real images.
        num_images: number of fakes.
        z_dim: length of a noise vector.
        device: of both networks.
    Returns:
        () float; differentiable.
    """
    raise NotImplementedError


def get_gen_loss(
    gen: nn.Module,
    disc: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    num_images: int,
    z_dim: int,
    device: str | torch.device,
) -> Tensor:
    """Return the generator's loss: the criterion of the scores of new fakes with labels 1.

    Args:
        gen, disc, criterion, num_images, z_dim, device: as in get_disc_loss.
    Returns:
        () float; differentiable, down to the generator's weights.
    """
    raise NotImplementedError
