"""The data side: MNIST, batches from memory, and the range of the pixels."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import Sampler

from .mnist import DataError, Mnist, load_mnist

__all__ = [
    "ChunkSampler", "DataError", "MemoryLoader", "Mnist", "deprocess_img", "load_mnist",
    "preprocess_img",
]  # fmt: skip


class MemoryLoader:
    """Batches straight from memory, in the form that a torchvision DataLoader gives.

    Args:
        images: (N, 1, 28, 28) uint8 in [0, 255].
        labels: (N,) int64.
        batch_size: images per batch; the last batch may be shorter.
        shuffle: draw a new order for every pass.
        device: where images and labels are kept and batches are made.
        drop_last: leave out a shorter last batch.
        generator: source of the order, on the CPU; None for PyTorch's global one.

    Iterating yields (images (B, 1, 28, 28) float32 in [0, 1], labels (B,) int64).
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch_size: int = 128,
        shuffle: bool = False,
        device: str | torch.device = "cpu",
        drop_last: bool = False,
        generator: torch.Generator | None = None,
    ):
        if len(images) != len(labels) or batch_size < 1:
            raise ValueError(
                "MemoryLoader: expected as many images as labels and batch_size >= 1; found "
                f"{len(images)} images, {len(labels)} labels and batch_size {batch_size}"
            )
        self.images, self.labels = images.to(device), labels.to(device)
        self.batch_size, self.shuffle, self.drop_last = batch_size, shuffle, drop_last
        self.generator = generator

    def __len__(self) -> int:
        full, rest = divmod(len(self.images), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = None
        if self.shuffle:
            order = torch.randperm(len(self.images), generator=self.generator)
            order = order.to(self.images.device)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            chosen = slice(start, start + self.batch_size)
            if order is not None:
                chosen = order[chosen]
            yield self.images[chosen].float().div_(255), self.labels[chosen]


class ChunkSampler(Sampler):
    """Indices start, start + 1, ... of a chunk of a data set, in order.

    Args:
        num_samples: how many indices.
        start: the first one.
    """

    def __init__(self, num_samples: int, start: int = 0):
        self.num_samples, self.start = num_samples, start

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.start + self.num_samples))

    def __len__(self) -> int:
        return self.num_samples


def preprocess_img(x: Tensor) -> Tensor:
    """Pixels in [0, 1] -> [-1, 1], the range of the generator's Tanh."""
    return 2 * x - 1


def deprocess_img(x: Tensor) -> Tensor:
    """Pixels in [-1, 1] -> [0, 1], the inverse of `preprocess_img`."""
    return (x + 1) / 2
