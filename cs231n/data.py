"""Data: MNIST in memory, batches from memory, and the range of the pixels."""

import gzip
import shutil
import socket
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Sampler

from .runtime import data_source

__all__ = [
    "ChunkSampler", "DataError", "MemoryLoader", "Mnist", "deprocess_img", "load_mnist",
    "preprocess_img", "read_idx",
]  # fmt: skip

SAMPLE = Path(__file__).parent / "datasets" / "mnist_sample.npz"
NUM_TRAIN, NUM_VAL = 50_000, 5_000
SOURCES = ("auto", "cache", "download", "sample")
DOWNLOAD_TIMEOUT = 20  # seconds without a byte


class DataError(RuntimeError):
    """MNIST cannot be loaded; the message says where, why and what to do."""


@dataclass(frozen=True)
class Mnist:
    """MNIST digits, white on black.

    Attributes:
        train_images: (N, 1, 28, 28) uint8 in [0, 255]; val_images likewise.
        train_labels: (N,) int64 in [0, 9]; val_labels likewise.
        source: "cache", "download" or "sample".
        note: one line: how many digits, from where, and why if it is not the full set.
    """

    train_images: Tensor
    train_labels: Tensor
    val_images: Tensor
    val_labels: Tensor
    source: str
    note: str


def load_mnist(root: str | Path = "data", source: str | None = None) -> Mnist:
    """Load MNIST: the first 50,000 training digits, and the next 5,000 for validation.

    Args:
        root: folder of the cached copy, in torchvision's layout (root/MNIST/raw).
        source: "cache", "download" or "sample" for that source only; "auto" for the first of the
            three that works; None for the value of the environment variable GANS_DATA, by default
            "sample" in a short run and "auto" otherwise.
    Returns:
        The digits and their source.
    Raises:
        DataError: the requested source does not work.
        ValueError: the source is unknown.
    """
    source = source or data_source()
    if source not in SOURCES:
        raise ValueError(f"load_mnist: source: expected one of {SOURCES}; found {source!r}")
    folder = Path(root) / "MNIST" / "raw"
    if source != "auto":
        if source == "download":
            _download(folder)
        return _from_sample() if source == "sample" else _from_folder(folder, source)
    reasons = []
    if folder.exists():
        try:
            return _from_folder(folder, "cache")
        except DataError as error:
            reasons.append(str(error))
    try:
        _download(folder)
        return _from_folder(folder, "download")
    except DataError as error:
        reasons.append(str(error))
    return _from_sample("; ".join(reasons))


class MemoryLoader:
    """Batches from memory, in the same form as those of a torchvision DataLoader.

    Args:
        images: (N, 1, 28, 28) uint8 in [0, 255].
        labels: (N,) int64.
        batch_size: images per batch; the last batch may be shorter.
        shuffle: use a new order for every pass.
        device: of images, labels and batches.
        drop_last: omit a shorter last batch.
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
    """Sample the indices start, start + 1, ... of a chunk of a data set, in order.

    Args:
        num_samples: number of indices.
        start: the first index.
    """

    def __init__(self, num_samples: int, start: int = 0):
        self.num_samples, self.start = num_samples, start

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.start + self.num_samples))

    def __len__(self) -> int:
        return self.num_samples


def preprocess_img(x: Tensor) -> Tensor:
    """Scale pixels from [0, 1] to [-1, 1], the range of the generator's Tanh."""
    return 2 * x - 1


def deprocess_img(x: Tensor) -> Tensor:
    """Scale pixels from [-1, 1] to [0, 1], the inverse of `preprocess_img`."""
    return (x + 1) / 2


def _from_sample(reason: str = "") -> Mnist:
    try:
        with SAMPLE.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            parts = [arrays[key] for key in ("train_images", "train_labels")]
            parts += [arrays[key] for key in ("val_images", "val_labels")]
    except Exception as error:  # missing, cut short, not a zip, lacks an array ...
        raise DataError(
            f"{SAMPLE}: expected the MNIST sample of the assignment; it cannot be read "
            f"({error}); copy the file again from the assignment"
        ) from None
    note = f"MNIST sample that ships with the assignment: {_count(parts)}."
    if reason:
        note += f" All of MNIST is not available: {reason}."
    return _mnist(parts, "sample", note)


def _from_folder(folder: Path, source: str) -> Mnist:
    images = read_idx(folder, "train-images-idx3-ubyte", (60_000, 28, 28))
    labels = read_idx(folder, "train-labels-idx1-ubyte", (60_000,))
    end = NUM_TRAIN + NUM_VAL
    parts = [images[:NUM_TRAIN], labels[:NUM_TRAIN]]
    parts += [images[NUM_TRAIN:end], labels[NUM_TRAIN:end]]
    how = "downloaded to" if source == "download" else "from"
    return _mnist(parts, source, f"MNIST {how} {folder}: {_count(parts)}.")


def _count(parts: list[np.ndarray]) -> str:
    return f"{len(parts[0]):,} training digits and {len(parts[2]):,} for validation"


def _mnist(parts: list[np.ndarray], source: str, note: str) -> Mnist:
    # (N, 28, 28) -> (N, 1, 28, 28); copies, so that they own their memory and can be written to
    tensors = [
        torch.from_numpy(p[:, None].copy() if p.ndim == 3 else p.astype(np.int64)) for p in parts
    ]
    return Mnist(*tensors, source=source, note=note)


def read_idx(folder: Path, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read one file in MNIST's own format, plain or gzipped.

    Args:
        folder: of the file.
        name: of the file, without `.gz`.
        shape: expected shape.
    Returns:
        The array, uint8.
    Raises:
        DataError: the file is missing, unreadable or has another shape.
    """
    paths = [p for p in (folder / name, folder / f"{name}.gz") if p.is_file()]
    if not paths:
        raise DataError(
            f"{folder}: expected {name} or {name}.gz; found neither; add one or use another source"
        )
    try:
        raw = paths[0].read_bytes()
        raw = gzip.decompress(raw) if paths[0].suffix == ".gz" else raw
    except (OSError, EOFError, ValueError, gzip.zlib.error) as error:
        raise DataError(f"{paths[0]}: cannot be read ({error}); delete it and load again") from None
    # Two zero bytes, 8 for uint8, the number of axes; then each axis, big-endian.
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    size = len(header) + int(np.prod(shape))
    if len(raw) != size or not raw.startswith(header):
        raise DataError(
            f"{paths[0]}: expected {size:,} bytes that hold uint8 of shape {shape}; "
            f"found {len(raw):,} bytes or another header; delete it and load again"
        )
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(shape)


def _download(folder: Path) -> None:
    """Download MNIST to `folder`, completely or not at all, and replace its contents."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as partial,
            _timeout(DOWNLOAD_TIMEOUT),
        ):
            from torchvision.datasets import (
                MNIST,  # imported here: only a download needs torchvision
            )

            MNIST(partial, train=True, download=True)  # tries mirrors and verifies checksums
            shutil.rmtree(folder, ignore_errors=True)
            (Path(partial) / "MNIST" / "raw").rename(folder)
    except Exception as error:  # no network, no torchvision, wrong checksum, disk full ...
        raise DataError(
            f"download of MNIST to {folder}: failed ({type(error).__name__}: {error}); "
            "check the network and load again"
        ) from None


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Set a timeout for new sockets: torchvision sets none, and a dead network would hang."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
