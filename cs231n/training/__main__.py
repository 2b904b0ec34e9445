"""Train a well-known small GAN in a terminal: `python -m cs231n.training --preset plain`.

"plain" is the script that many read first: two hidden layers of 256, a sigmoid in the
discriminator with the binary cross-entropy of probabilities, images in [-1, 1], Adam at 2e-4.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from cs231n.console import show_any_text
from cs231n.data import DataError, MemoryLoader, load_mnist
from cs231n.display import images_figure
from cs231n.runtime import choose_device

from .history import Step
from .loop import train_gan


@dataclass(frozen=True)
class Preset:
    """A GAN with all its settings.

    Attributes:
        networks: () -> (D, G); G's noise has length `latent`.
        discriminator_loss, generator_loss: as in `train_gan`.
        print_every: steps from one printed line to the next.
        grid_every: epochs from one saved grid to the next.
    """

    networks: Callable[[], tuple[nn.Module, nn.Module]]
    discriminator_loss: Callable[[Tensor, Tensor], Tensor]
    generator_loss: Callable[[Tensor], Tensor]
    latent: int
    batch_size: int
    learning_rate: float
    epochs: int
    print_every: int
    grid_every: int


def plain_networks(latent: int = 64, hidden: int = 256) -> tuple[nn.Module, nn.Module]:
    """Build D and G.

    Args:
        latent: length of a noise vector.
        hidden: width of the hidden layers.
    Returns:
        D: images (N, 1, 28, 28) in [-1, 1] -> probabilities (N, 1), and
        G: noise (N, latent) -> images (N, 784) in [-1, 1].
    """
    D = nn.Sequential(
        nn.Flatten(), nn.Linear(784, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2), nn.Linear(hidden, 1), nn.Sigmoid(),
    )  # fmt: skip
    G = nn.Sequential(
        nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
        nn.Linear(hidden, 784), nn.Tanh(),
    )  # fmt: skip
    return D, G


def plain_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the cross-entropy of the probabilities of real images with 1, plus of fakes with 0."""
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    return F.binary_cross_entropy(real, ones) + F.binary_cross_entropy(fake, zeros)


def plain_generator_loss(fake: Tensor) -> Tensor:
    """Return the cross-entropy of the probabilities of fakes with 1."""
    return F.binary_cross_entropy(fake, torch.ones_like(fake))


PRESETS = {
    "plain": Preset(
        plain_networks, plain_discriminator_loss, plain_generator_loss,
        latent=64, batch_size=64, learning_rate=2e-4, epochs=20, print_every=400, grid_every=4,
    ),
}  # fmt: skip


def run(
    preset: Preset,
    loader: MemoryLoader,
    folder: Path,
    device: str | torch.device = "cpu",
    epochs: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Iterator[Step]:
    """Train a preset and save grids of 64 images as `folder`/epoch-NN.png.

    Args:
        preset: the GAN and its settings.
        loader: batches of the preset's size, images in [0, 1].
        folder: created if there is a grid to save.
        device: of the networks.
        epochs: number of epochs; None for the preset's own.
        report: called with each line about the progress.
    Yields:
        The records of `train_gan`.
    """
    D, G = (model.to(device) for model in preset.networks())
    epochs = epochs or preset.epochs
    noise = torch.randn(64, preset.latent, device=device)
    records = train_gan(
        D, G, *(optim.Adam(m.parameters(), preset.learning_rate) for m in (D, G)),
        preset.discriminator_loss, preset.generator_loss, loader, num_epochs=epochs,
        batch_size=preset.batch_size, noise_size=preset.latent, show_every=preset.print_every,
        sample_noise=lambda n, dim: torch.randn(n, dim, device=device),
    )  # fmt: skip
    for record in records:
        if record.step % preset.print_every == 0 or record.step == record.total:
            report(progress_line(record, epochs))
        if record.step % (preset.grid_every * len(loader)) == 0 or record.step == record.total:
            report(f"saved {save_grid(G, noise, folder / f'epoch-{record.epoch:02d}.png')}")
        yield record


def progress_line(record: Step, epochs: int) -> str:
    """Return the losses and mean probabilities of one step as one line."""
    numbers = {
        "d_loss": record.d_loss, "g_loss": record.g_loss, "D(x)": record.d_real,
        "D(G(z))": record.d_fake,
    }  # fmt: skip
    values = ", ".join(f"{name} {float(value):.3f}" for name, value in numbers.items())
    return f"epoch {record.epoch}/{epochs}, step {record.step}/{record.total}: {values}"


def save_grid(G: nn.Module, noise: Tensor, path: Path) -> Path:
    """Save the images that G makes from `noise` as one picture and return its path."""
    with torch.no_grad():
        images = G(noise).float().cpu()
    path.parent.mkdir(parents=True, exist_ok=True)
    images_figure(images).savefig(path, dpi=100)
    return path


def main(arguments: list[str] | None = None) -> int:
    """Train a well-known GAN with this project's training loop and save its samples.

    Returns:
        0 after the training, 1 if MNIST cannot be loaded.
    """
    show_any_text()
    parser = argparse.ArgumentParser(prog="python -m cs231n.training", description=main.__doc__)
    parser.add_argument("--preset", choices=PRESETS, required=True)
    parser.add_argument("--epochs", type=int, help="number of epochs; by default, the preset's own")
    parser.add_argument(
        "--out", type=Path, default=Path("samples"), help="folder of the saved grids"
    )
    parser.add_argument("--root", default="data", help="folder with the cached copy of MNIST")
    parser.add_argument("--seed", type=int, help="seed of networks, order and noise")
    options = parser.parse_args(arguments)
    preset = PRESETS[options.preset]
    if options.seed is not None:
        torch.manual_seed(options.seed)
    try:
        mnist = load_mnist(options.root)
    except DataError as error:
        print(f"error: {error}")
        return 1
    device = choose_device()
    print(f"{mnist.note} Training on {device}.")
    loader = MemoryLoader(
        mnist.train_images, mnist.train_labels, preset.batch_size, shuffle=True, device=device,
        drop_last=True,
    )  # fmt: skip
    for _ in run(preset, loader, options.out, device, options.epochs, print):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
