"""Make the MNIST sample that ships from MNIST's own files, with the same bytes every time.

Usage: python -m benchmarks.make_sample FOLDER
FOLDER contains train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz.
"""

import argparse
from pathlib import Path

import numpy as np

from cs231n import data

PER_DIGIT_TRAIN, PER_DIGIT_VAL = 1_200, 200
SEED = 231


def draw(labels: np.ndarray, per_digit: int, rng: np.random.RandomState) -> np.ndarray:
    """Return the indices of `per_digit` examples of each digit, in mixed order."""
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
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="with MNIST's own files")
    make_sample(parser.parse_args().folder, data.SAMPLE)
    print(f"{data.SAMPLE}: {data.SAMPLE.stat().st_size:,} bytes")
