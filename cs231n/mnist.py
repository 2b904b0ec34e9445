"""MNIST in memory: a cached copy, else a download, else the sample that ships with this package."""

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

from .runtime import data_source

SAMPLE = Path(__file__).parent / "datasets" / "mnist_sample.npz"
NUM_TRAIN, NUM_VAL = 50_000, 5_000
SOURCES = ("auto", "cache", "download", "sample")
DOWNLOAD_TIMEOUT = 20  # seconds without a byte


class DataError(RuntimeError):
    """MNIST cannot be had this way; the message says where, why and what to do."""


@dataclass(frozen=True)
class Mnist:
    """The digits, white on black.

    Attributes:
        train_images: (N, 1, 28, 28) uint8 in [0, 255]; val_images likewise.
        train_labels: (N,) int64 in [0, 9]; val_labels likewise.
        source: "cache", "download" or "sample".
        note: one line for the reader: how many digits, from where, and why if not the full set.
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
        source: "cache", "download" or "sample" for just that one; "auto" for the first of the
            three that works; None for what the environment variable GANS_DATA says, else "auto".
    Returns:
        The digits, and where they came from.
    Raises:
        DataError: the one source that was asked for does not work.
        ValueError: an unknown source.
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
    note = f"MNIST sample that comes with the assignment: {_count(parts)}."
    if reason:
        note += f" Why not all of MNIST: {reason}."
    return _mnist(parts, "sample", note)


def _from_folder(folder: Path, source: str) -> Mnist:
    images = _read_idx(folder, "train-images-idx3-ubyte", (60_000, 28, 28))
    labels = _read_idx(folder, "train-labels-idx1-ubyte", (60_000,))
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


def _read_idx(folder: Path, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read one file in MNIST's own format, plain or gzipped; `shape` is what it must hold."""
    paths = [p for p in (folder / name, folder / f"{name}.gz") if p.is_file()]
    if not paths:
        raise DataError(f"{folder}: no {name}, plain or .gz; put it there or load from elsewhere")
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
    """Fetch MNIST to `folder`, whole or not at all, replacing what is there."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as partial,
            _timeout(DOWNLOAD_TIMEOUT),
        ):
            from torchvision.datasets import MNIST  # late: only a download needs torchvision

            MNIST(partial, train=True, download=True)  # tries its mirrors, checks its checksums
            shutil.rmtree(folder, ignore_errors=True)
            (Path(partial) / "MNIST" / "raw").rename(folder)
    except Exception as error:  # no network, no torchvision, wrong checksum, disk full ...
        raise DataError(
            f"download of MNIST to {folder}: failed ({type(error).__name__}: {error}); "
            "check the network and load again"
        ) from None


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give new sockets a time limit: torchvision sets none, and a dead network would hang."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
