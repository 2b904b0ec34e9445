"""Train the classifier of `cs231n/analysis/classifier.py` and store it: two minutes on one core.

    python -m benchmarks.train_digit_features --data FOLDER

FOLDER contains MNIST's four files. The classifier learns from the 60,000 training digits, unchanged
and degraded, and from images that are not digits. The script prints its accuracy on the 10,000 test
digits and how often it is confident. It writes cs231n/datasets/digit_features.npz: weights as
float16, and mean and covariance of the features of the 50,000 digits that the GANs learn from. With
one thread and fixed seeds it repeats the same numbers on the same machine and version of PyTorch.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cs231n.analysis.classifier import WEIGHTS, DigitNet, describe, reference
from cs231n.data import NUM_TRAIN, read_idx

SEED, EPOCHS, BATCH, OUTLIERS = 231, 6, 100, 30


def read(folder: Path, name: str, count: int) -> tuple[Tensor, Tensor]:
    """Read images (N, 1, 28, 28) float32 in [0, 1] and labels (N,) int64 from MNIST's own files."""
    images = read_idx(folder, f"{name}-images-idx3-ubyte", (count, 28, 28))
    labels = read_idx(folder, f"{name}-labels-idx1-ubyte", (count,))
    return torch.from_numpy(images.copy())[:, None].float() / 255, torch.tensor(labels).long()


def shifted(images: Tensor, most: int = 2) -> Tensor:
    """Return the batch, shifted by up to `most` pixels each way and padded with black."""
    down, right = torch.randint(0, 2 * most + 1, (2,)).tolist()
    return F.pad(images, (most,) * 4)[..., down : down + 28, right : right + 28]


def degraded(images: Tensor) -> Tensor:
    """Return the batch: a third unchanged, a third with stray pixels or noise, a third blurred."""
    clean, noisy, soft = images.tensor_split(3)
    stray = torch.rand_like(noisy) < 0.05 * torch.rand(len(noisy), 1, 1, 1)
    grain = 0.15 * torch.rand(len(noisy), 1, 1, 1) * torch.randn_like(noisy)
    noisy = torch.where(stray, torch.rand_like(noisy), (noisy + grain).clamp(0, 1))
    much = torch.rand(len(soft), 1, 1, 1)
    soft = much * F.avg_pool2d(soft, 3, 1, 1) + (1 - much) * soft
    soft = soft * (0.6 + 0.4 * torch.rand(len(soft), 1, 1, 1))
    return torch.cat([clean, noisy, soft])


def outliers(images: Tensor) -> Tensor:
    """Return N images that are not digits, made from digits (N, 1, 28, 28): five kinds in turn."""
    others = images[torch.randperm(len(images))]
    pieces = images.reshape(-1, 1, 2, 14, 2, 14).transpose(3, 4).flatten(2, 3)  # (N, 1, 4, 14, 14)
    pieces = pieces.roll(int(torch.randint(1, 4, ())), dims=2).unflatten(2, (2, 2)).transpose(3, 4)
    noise = torch.rand_like(images)
    loud = torch.rand_like(images) < torch.rand(len(images), 1, 1, 1)
    blobs = F.interpolate(torch.rand(len(images), 1, 5, 5) - 0.3, size=28, mode="bicubic")
    blobs = (blobs * 3 * torch.rand(len(images), 1, 1, 1)).clamp(0, 1)
    both = torch.maximum(images, others)
    kinds = [(images + others) / 2, both, pieces.reshape(images.shape), noise * loud, blobs]
    rows = torch.arange(len(images))
    return torch.stack(kinds)[rows % 5, rows]


def train(images: Tensor, labels: Tensor) -> DigitNet:
    """Train with Adam and one cycle of the learning rate; outliers count as all ten digits."""
    net = DigitNet()
    optimizer = torch.optim.Adam(net.parameters(), weight_decay=1e-5)
    steps = EPOCHS * len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(images)).split(BATCH):
            digits = degraded(shifted(images[chosen]))
            logits = net(torch.cat([digits, outliers(digits[:OUTLIERS])]))
            loss = F.cross_entropy(logits[: len(digits)], labels[chosen])
            loss = loss - 0.2 * logits[len(digits) :].log_softmax(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net


def store(net: DigitNet, images: Tensor) -> None:
    """Write the weights and the statistics of real features, computed from the rounded weights."""
    weights = {n: w.numpy().astype(np.float16) for n, w in net.state_dict().items()}
    np.savez_compressed(WEIGHTS, **weights, mean=np.zeros(64), covariance=np.eye(64))
    reference.cache_clear()
    features = describe(images)[0]
    statistics = {"mean": features.mean(axis=0), "covariance": np.cov(features.T)}
    np.savez_compressed(WEIGHTS, **weights, **statistics)
    reference.cache_clear()


def main() -> None:
    """Train, store, and print the accuracy."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's four files")
    folder = parser.parse_args().data
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    images, labels = read(folder, "train", 60_000)
    store(train(images, labels), images[:NUM_TRAIN])
    test_images, test_labels = read(folder, "t10k", 10_000)
    for name, x in (("test digits", test_images), ("not digits", outliers(test_images))):
        probabilities = describe(x)[1]
        print(f"{name}: {(probabilities.max(axis=1) >= 0.9).mean():.1%} with probability >= 0.9")
    right = describe(test_images)[1].argmax(axis=1) == test_labels.numpy()
    print(f"accuracy on the 10,000 test digits: {right.mean():.2%}")
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
