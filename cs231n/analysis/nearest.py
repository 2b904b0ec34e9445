"""Find the training images that are most like a generator's samples: has it memorised them?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from cs231n.data import Mnist
from cs231n.display import show_rows

CHUNK = 5_000  # training images compared at a time


@dataclass(frozen=True)
class Nearest:
    """Images and the training images nearest to them.

    Attributes:
        images: (N, 784) float32 in [-1, 1].
        found: (N, 784) float32 in [-1, 1]: the nearest training image of each.
        distances: (N,) float32: Euclidean distance between the two.
        usual: median distance of unseen real digits to their nearest training image.
    """

    images: Tensor
    found: Tensor
    distances: Tensor
    usual: float

    def __repr__(self) -> str:
        low, middle = self.distances.min().item(), self.distances.median().item()
        return (
            f"Distance to the nearest training image: {low:.1f} at least, {middle:.1f} in the "
            f"median. A copy has distance 0; real digits that are not in the training data have "
            f"{self.usual:.1f} in the median."
        )


def show_nearest(images, mnist: Mnist) -> Nearest:
    """Show images above the training images nearest to them, and return both with distances.

    Args:
        images: (N, 784) in [-1, 1], or in [0, 1] if there are none below zero; N up to about 12.
        mnist: the training images, and digits for validation to compare with.
    """
    found = nearest(images, mnist)
    show_rows(
        torch.stack([found.images, found.found]),
        ["samples", "the nearest training image of each"],
        f"{len(found.images)} samples above the training image nearest to each. {found!r}",
    )
    return found


def nearest(images, mnist: Mnist) -> Nearest:
    """Return images with the training images nearest to them, as `show_nearest` shows them."""
    x = torch.as_tensor(images).detach().float().cpu().flatten(1)
    if x.min() >= 0:
        x = 2 * x - 1
    distances, places = _nearest(x, mnist.train_images)
    usual = _nearest(_scaled(mnist.val_images[:100]), mnist.train_images)[0].median().item()
    return Nearest(x, _scaled(mnist.train_images[places]), distances, usual)


def _nearest(x: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distance (N,) of each row of x to its nearest image, and the image's index."""
    best, places = torch.full((len(x),), torch.inf), torch.zeros(len(x), dtype=torch.long)
    for start in range(0, len(images), CHUNK):
        distances, at = torch.cdist(x, _scaled(images[start : start + CHUNK])).min(dim=1)
        closer = distances < best
        best = torch.where(closer, distances, best)
        places = torch.where(closer, at + start, places)
    return best, places


def _scaled(images: Tensor) -> Tensor:
    return images.cpu().flatten(1).float() / 127.5 - 1  # uint8 (N, 1, 28, 28) -> (N, 784)
