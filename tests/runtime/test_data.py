import gzip
import importlib.util
import struct
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from cs231n import data
from cs231n.data import ChunkSampler, DataError, MemoryLoader, load_mnist

TOP = Path(__file__).resolve().parents[2]
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture(autouse=True)
def no_switches(monkeypatch):
    for name in ("GANS_DATA", "GANS_SHORT"):
        monkeypatch.delenv(name, raising=False)


def replace_torchvision(monkeypatch, mnist_class) -> None:
    stand_in = types.ModuleType("torchvision.datasets")
    stand_in.MNIST = mnist_class
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", stand_in)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no route to host")

    replace_torchvision(monkeypatch, refuse)


def write_idx(path: Path, array: np.ndarray) -> None:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    content = header + array.tobytes()
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)


def write_full_set(raw: Path, ending: str = "") -> None:
    """A cached copy of the right size whose i-th image has the value i % 251 everywhere."""
    raw.mkdir(parents=True)
    values = (np.arange(60_000) % 251).astype(np.uint8)
    write_idx(raw / (IMAGES + ending), np.broadcast_to(values[:, None, None], (60_000, 28, 28)))
    write_idx(raw / (LABELS + ending), values % 10)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_load_mnist_splits_a_cached_copy(tmp_path, ending):
    """Of a cached copy, plain or gzipped, the first 50,000 train and the next 5,000 validate."""
    write_full_set(tmp_path / "MNIST" / "raw", ending)
    digits = load_mnist(tmp_path)
    assert digits.source == "cache"
    assert digits.train_images.shape == (50_000, 1, 28, 28)
    assert digits.val_images.shape == (5_000, 1, 28, 28)
    assert digits.train_images.dtype == torch.uint8 and digits.train_labels.dtype == torch.int64
    assert digits.train_images[260, 0, 3, 5] == 260 % 251
    assert digits.val_images[7, 0, 0, 0] == 50_007 % 251
    assert digits.val_labels[7] == 50_007 % 251 % 10
    assert "50,000" in digits.note and str(tmp_path) in digits.note


def test_sample_is_balanced_real_and_small():
    """The embedded sample holds 1,200 digits of each class to train, 200 to validate, in 3 MB."""
    digits = load_mnist(source="sample")
    assert data.SAMPLE.stat().st_size < 3_000_000
    assert torch.bincount(digits.train_labels).tolist() == [1_200] * 10
    assert torch.bincount(digits.val_labels).tolist() == [200] * 10
    assert digits.train_images.shape == (12_000, 1, 28, 28)
    assert (digits.train_images.amax(dim=(1, 2, 3)) > 200).all()
    assert 0.12 < digits.train_images.float().mean() / 255 < 0.14  # MNIST's mean is 0.1307


def test_sample_names_its_source_and_licence():
    """The text beside the sample says who made MNIST and under which licence it stands."""
    text = data.SAMPLE.with_name("README.md").read_text("utf-8")
    assert all(word in text for word in ("LeCun", "Cortes", "Burges", "CC BY-SA 3.0"))


def test_make_sample_writes_the_same_bytes_twice(tmp_path):
    """The script that draws the sample depends on nothing but the files that it is given."""
    spec = importlib.util.spec_from_file_location("make", TOP / "benchmarks" / "make_sample.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    write_full_set(tmp_path / "raw", ".gz")
    for name in ("a.npz", "b.npz"):
        make.make_sample(tmp_path / "raw", tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_environment_chooses_the_source(monkeypatch):
    """GANS_DATA=sample, or a short run, keeps load_mnist off the network."""
    monkeypatch.setenv("GANS_DATA", "sample")
    assert load_mnist("nowhere").source == "sample"
    monkeypatch.delenv("GANS_DATA")
    monkeypatch.setenv("GANS_SHORT", "3")
    assert load_mnist("nowhere").source == "sample"


def test_unknown_source_is_refused():
    """A misspelt source is an error that lists the right ones."""
    with pytest.raises(ValueError, match=r"'auto', 'cache'.*found 'smaple'"):
        load_mnist(source="smaple")


def test_without_network_the_sample_steps_in_and_says_why(tmp_path, no_network):
    """A failed download falls back to the sample, says so, and leaves no partial copy behind."""
    digits = load_mnist(tmp_path)
    assert digits.source == "sample"
    assert "no route to host" in digits.note and "check the network" in digits.note
    assert [p for p in tmp_path.rglob("*") if p.name != "MNIST"] == []


def test_download_is_moved_into_place_whole(tmp_path, monkeypatch):
    """What torchvision downloads ends up as the cached copy that the next call finds."""

    def pretend(root, train, download):
        assert Path(root) != tmp_path and download
        write_full_set(Path(root) / "MNIST" / "raw")

    replace_torchvision(monkeypatch, pretend)
    assert load_mnist(tmp_path, "download").source == "download"
    assert load_mnist(tmp_path, "cache").source == "cache"
    assert [p.name for p in (tmp_path / "MNIST").iterdir()] == ["raw"]


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(b"\0" * 99)],
    ids=["empty", "not gzip", "too short"],
)
def test_damaged_cache_is_named(tmp_path, content, no_network):
    """A damaged cached file gives an error, or a note with the sample, naming file and remedy."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / f"{IMAGES}.gz").write_bytes(content)
    with pytest.raises(DataError, match=rf"{IMAGES}\.gz: .*delete it and load again"):
        load_mnist(tmp_path, "cache")
    digits = load_mnist(tmp_path, "auto")
    assert digits.source == "sample" and f"{IMAGES}.gz" in digits.note
    assert (raw / f"{IMAGES}.gz").exists()  # what the user has is only replaced by something whole


def test_damaged_sample_is_named(tmp_path, monkeypatch):
    """A sample that is cut short gives an error that names the file and what to do."""
    broken = tmp_path / "mnist_sample.npz"
    broken.write_bytes(data.SAMPLE.read_bytes()[:1000])
    monkeypatch.setattr(data, "SAMPLE", broken)
    with pytest.raises(DataError, match=r"mnist_sample\.npz: .*copy the file again"):
        load_mnist(source="sample")


def small_set(n: int = 10):
    images = torch.arange(n, dtype=torch.uint8).reshape(n, 1, 1, 1).expand(n, 1, 28, 28)
    return images.contiguous(), torch.arange(n)


def test_memory_loader_gives_what_a_dataloader_gives():
    """Batches equal those of torch's DataLoader over the same digits scaled to [0, 1]."""
    images, labels = small_set()
    whole = torch.utils.data.TensorDataset(images.float() / 255, labels)
    expected = list(torch.utils.data.DataLoader(whole, batch_size=4))
    loader = MemoryLoader(images, labels, batch_size=4)
    found = list(loader)
    assert len(found) == len(loader) == len(expected) == 3
    for (x, y), (x_expected, y_expected) in zip(found, expected, strict=True):
        assert torch.equal(x, x_expected) and torch.equal(y, y_expected)
        assert x.dtype == torch.float32


def test_memory_loader_can_drop_the_short_last_batch():
    """With drop_last every batch is full, and len counts only those."""
    loader = MemoryLoader(*small_set(), batch_size=4, drop_last=True)
    assert [len(x) for x, _ in loader] == [4, 4] and len(loader) == 2


def test_memory_loader_shuffles_each_pass_anew_and_reproducibly():
    """A pass in shuffled order has every digit once, with its label, and a seed repeats it."""

    def passes(seed):
        generator = torch.Generator().manual_seed(seed)
        loader = MemoryLoader(*small_set(), batch_size=4, shuffle=True, generator=generator)
        for x, y in loader:
            assert torch.equal((x[:, 0, 0, 0] * 255).round().long(), y)
        return [torch.cat([y for _, y in loader]).tolist() for _ in range(2)]

    first, second = passes(0)
    assert first != second and sorted(first) == sorted(second) == list(range(10))
    assert passes(0) == [first, second]


def test_memory_loader_leaves_the_stored_digits_alone():
    """Changing a batch in place changes neither the stored digits nor the next pass."""
    images, labels = small_set()
    loader = MemoryLoader(images, labels, batch_size=10)
    next(iter(loader))[0].fill_(7)
    assert images.max() == 9 and next(iter(loader))[0].max() < 1


def test_memory_loader_refuses_unequal_lengths():
    """More images than labels is an error that gives both numbers."""
    with pytest.raises(ValueError, match="10 images, 9 labels"):
        MemoryLoader(small_set()[0], torch.arange(9))


def test_chunk_sampler_counts_up_from_its_start():
    """ChunkSampler(3, 5) stands for the indices 5, 6 and 7."""
    assert list(ChunkSampler(3, 5)) == [5, 6, 7] and len(ChunkSampler(3, 5)) == 3


def test_preprocess_and_deprocess_are_inverse():
    """preprocess_img takes [0, 1] to [-1, 1], and deprocess_img takes it back."""
    x = torch.tensor([0.0, 0.5, 1.0])
    assert data.preprocess_img(x).tolist() == [-1, 0, 1]
    assert torch.equal(data.deprocess_img(data.preprocess_img(x)), x)


def test_importing_the_package_loads_neither_torchvision_nor_matplotlib():
    """The student's module and the data module need nothing beyond torch and numpy."""
    code = (
        "import sys, cs231n.gan_pytorch, cs231n.data, cs231n.training.live_figure\n"
        "print([m for m in ('torchvision', 'matplotlib', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
