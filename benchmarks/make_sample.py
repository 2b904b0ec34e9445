"""Make the embedded MNIST sample from MNIST's own files: the same bytes every time.

Usage: python benchmarks/make_sample.py FOLDER
FOLDER holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz.
"""

import sys
from pathlib import Path

import numpy as np

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from cs231n import data  # noqa: E402  (the path comes first)

PER_DIGIT_TRAIN, PER_DIGIT_VAL = 1_200, 200
SEED = 231


def draw(labels: np.ndarray, per_digit: int, rng: np.random.RandomState) -> np.ndarray:
    """Indices of `per_digit` examples of each digit, in mixed order."""
    chosen = [rng.choice(np.flatnonzero(labels == d), per_digit, replace=False) for d in range(10)]
    return rng.permutation(np.concatenate(chosen))


def make_sample(folder: Path, target: Path) -> None:
    """Draw the training digits from the first 50,000 and the others from the next 5,000."""
    images = data.read_idx(folder, "train-images-idx3-ubyte", (60_000, 28, 28))
    labels = data.read_idx(folder, "train-labels-idx1-ubyte", (60_000,))
    middle, end = data.NUM_TRAIN, data.NUM_TRAIN + data.NUM_VAL
    rng = np.random.RandomState(SEED)
    train = draw(labels[:middle], PER_DIGIT_TRAIN, rng)
    val = middle + draw(labels[middle:end], PER_DIGIT_VAL, rng)
    np.savez_compressed(
        target,
        train_images=images[train],
        train_labels=labels[train],
        val_images=images[val],
        val_labels=labels[val],
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make_sample(Path(sys.argv[1]), data.SAMPLE)
    print(f"{data.SAMPLE}: {data.SAMPLE.stat().st_size:,} bytes")
