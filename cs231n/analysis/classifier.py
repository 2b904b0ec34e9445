"""A small digit classifier, whose features are used to compare images.

`benchmarks/train_digit_features.py` trains it on digits and also on images that are not digits
(blends of two, shuffled pieces, noise, blobs), for which all ten answers count as equally right.
It is therefore confident only about real digits.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

WEIGHTS = Path(__file__).parents[1] / "datasets" / "digit_features.npz"
SIZE = 64  # numbers per image
BATCH = 500


class DigitNet(nn.Module):
    """Images (N, 1, 28, 28) in [0, 1] -> `features` (N, 64) -> `head` (N, 10) logits."""

    def __init__(self):
        super().__init__()
        sizes = ((1, 16, 1), (16, 32, 1), (32, 64, 0))  # channels in and out, padding
        c1, c2, c3 = (nn.Conv2d(a, b, 3, padding=p) for a, b, p in sizes)
        shrink = nn.MaxPool2d(2)
        self.features = nn.Sequential(
            *(c1, shrink, nn.ReLU()),  # 28 -> 14 pixels
            *(c2, shrink, nn.ReLU()),  # 14 -> 7
            *(c3, nn.ReLU(), nn.Flatten()),  # 7 -> 5
            nn.Linear(64 * 5 * 5, SIZE),
        )
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(SIZE, 10))

    def forward(self, images: Tensor) -> Tensor:
        """Return the scores (N, 10) of the ten digits."""
        return self.head(self.features(images))


class FeaturesError(RuntimeError):
    """The classifier's weights cannot be read; the message says where and what to do."""


@lru_cache(maxsize=1)
def reference() -> tuple[DigitNet, np.ndarray, np.ndarray]:
    """Return the trained classifier, and mean (64,) and covariance (64, 64) of real features."""
    try:
        with np.load(WEIGHTS, allow_pickle=False) as arrays:
            stored = {name: arrays[name] for name in arrays.files}
        mean, covariance = stored.pop("mean"), stored.pop("covariance")
        net = DigitNet()
        net.load_state_dict({n: torch.from_numpy(a).float() for n, a in stored.items()})
    except Exception as error:  # missing, cut short, of another version ...
        raise FeaturesError(
            f"{WEIGHTS}: expected the weights of the digit classifier; they cannot be read "
            f"({error}); copy the file again from the assignment"
        ) from None
    return net.float().eval().requires_grad_(False), mean, covariance


def describe(images: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return the classifier's features and probabilities of images.

    Args:
        images: (N, 1, 28, 28) float32 in [0, 1], on the CPU.
    Returns:
        Features (N, 64) float64 and probabilities of the ten digits (N, 10) float64.
    """
    net, _, _ = reference()
    with torch.no_grad():
        features = torch.cat([net.features(part) for part in images.split(BATCH)])
        return features.double().numpy(), net.head(features).double().softmax(1).numpy()
