"""Train the three models at full length over several seeds, store the runs, and measure them.

    python -m benchmarks.quality train OUT --data FOLDER --models vanilla lsgan --seeds 0 1 2
    python -m benchmarks.quality train OUT-BF16 --bf16 ...
    python -m benchmarks.quality evaluate OUT [--test FOLDER] [--write]
    python -m benchmarks.quality evaluate OUT-BF16 --bf16 [--write]

OUT/MODEL-SEED.npz contains the losses and mean scores of every step and 1,000 samples of the first
and of every 500th step (5,000 of the last), as uint8. `train` does not repeat a run that exists.
`evaluate` prints the tables from all runs in OUT; --test also measures MNIST's test digits; --write
writes the tables into docs/quality.md and the numbers into the file that ships.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from benchmarks.quality_tables import report
from cs231n.analysis.quality import Quality, digit_quality
from cs231n.analysis.sampling import draw_samples
from cs231n.data import MemoryLoader, load_mnist, read_idx
from cs231n.layers import initialize_weights
from cs231n.training import train_gan

EPOCHS = {"vanilla": 10, "lsgan": 10, "dcgan": 5}
NOISE, BATCH = 96, 128
EVERY, SOME, MANY = 500, 1_000, 5_000


def build(model: str):
    """Build (D, G, D_optimizer, G_optimizer, discriminator_loss, generator_loss)."""
    s = load_solution(find_assignment("gans"))
    if model == "dcgan":
        D, G = s.build_dc_classifier(BATCH), s.build_dc_generator(NOISE)
        D.apply(initialize_weights)
        G.apply(initialize_weights)
    else:
        D, G = s.discriminator(), s.generator(NOISE)
    ls = model == "lsgan"
    losses = (
        s.ls_discriminator_loss if ls else s.discriminator_loss,
        s.ls_generator_loss if ls else s.generator_loss,
    )
    return D, G, s.get_optimizer(D), s.get_optimizer(G), *losses


def to_bytes(images) -> np.ndarray:
    """Convert images (N, 784) in [-1, 1], tensor or array, to uint8."""
    return ((np.asarray(images) + 1) * 127.5).round().clip(0, 255).astype(np.uint8)


def train(model: str, seed: int, data, **options) -> dict[str, np.ndarray]:
    """Train once at full length; return records and samples. `options` go to `train_gan`."""
    torch.manual_seed(seed)
    parts = build(model)
    loader = MemoryLoader(data.train_images, data.train_labels, BATCH)
    rows, samples = [], {}
    for record in train_gan(*parts, loader, num_epochs=EPOCHS[model], **options):
        rows.append(torch.stack((record.d_loss, record.g_loss, record.d_real, record.d_fake)))
        if record.step == 1 or record.step % EVERY == 0:
            drawn = draw_samples(parts[1], SOME, NOISE, record.step)
            samples[f"step{record.step}"] = to_bytes(drawn)
    samples["final"] = to_bytes(draw_samples(parts[1], MANY, NOISE, seed))
    return {"records": torch.stack(rows).numpy(), **samples}


def measure(out: Path) -> dict[str, dict[int, dict[int, Quality]]]:
    """Return the quality of all runs in OUT by model, seed and step."""
    found: dict = defaultdict(dict)
    for model in EPOCHS:
        for path in out.glob(f"{model}-*.npz"):
            with np.load(path, allow_pickle=False) as arrays:
                steps = {int(name[4:]): name for name in arrays.files if name.startswith("step")}
                steps[len(arrays["records"])] = "final"
                qualities = {s: digit_quality(arrays[n]) for s, n in sorted(steps.items())}
            found[model][int(path.stem.split("-")[1])] = qualities
    return dict(found)


def test_quality(folder: Path) -> tuple[Quality, float]:
    """Return the quality of the first 5,000 test digits, and the seconds of CPU time it took."""
    digits = read_idx(folder, "t10k-images-idx3-ubyte", (10_000, 28, 28))[:MANY]
    digit_quality(digits[:SOME])  # warm-up
    start = time.process_time()
    return digit_quality(digits), time.process_time() - start


def main() -> None:
    """Train the runs that do not exist yet, or evaluate those that do."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["train", "evaluate"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="data", help="folder of MNIST in torchvision's layout")
    parser.add_argument("--models", nargs="+", default=list(EPOCHS), choices=list(EPOCHS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--bf16", action="store_true", help="train or evaluate in bfloat16; use another OUT"
    )
    parser.add_argument("--test", type=Path, help="folder of MNIST's four files")
    parser.add_argument(
        "--write", action="store_true", help="write into the docs and the file that ships"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.command == "evaluate":
        real = test_quality(options.test) if options.test else None
        print(report(measure(options.out), real, options.write, options.bf16))
        return
    data = load_mnist(options.data, source="cache")
    precision = "bfloat16" if options.bf16 else "float32"
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        for model in options.models:
            path = options.out / f"{model}-{seed}.npz"
            if not path.exists():
                found = train(model, seed, data, precision=precision)
                np.savez_compressed(path, **found)
                print(path, found["records"][-100:].mean(axis=0), flush=True)


if __name__ == "__main__":
    main()
