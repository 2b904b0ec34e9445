"""Measure the values that networks reach in training, per layer, and write them as test data.

The reference networks of both assignments are trained on the embedded sample. The largest hidden
value of each layer (before its activation), the largest weight and the largest bias are recorded.
`tests/engine/test_ranges.py` asserts that the probes reach ten times as far.

    python -m benchmarks.ranges [--steps 400]
"""

import argparse
import json
from pathlib import Path

import torch
from torch import nn

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.data import MemoryLoader, load_mnist
from cs231n.training import train_blocks, train_gan

FILE = Path("tests/engine/training_ranges.json")
LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


class Ranges:
    """Records the largest values of a network's layers while it is used."""

    def __init__(self, model: nn.Module):
        self.model = model
        self.layers = [module for module in model.modules() if isinstance(module, LAYERS)]
        self.hidden = [0.0] * len(self.layers)
        for number, layer in enumerate(self.layers):
            layer.register_forward_hook(self._hook(number))

    def _hook(self, number: int):
        def note(module, inputs, output) -> None:
            self.hidden[number] = max(self.hidden[number], float(output.detach().abs().max()))

        return note

    def result(self) -> dict[str, list[float]]:
        """Return the largest hidden values, weights and biases, layer by layer."""
        return {
            "hidden": [round(value, 2) for value in self.hidden],
            "weight": [round(float(la.weight.abs().max()), 3) for la in self.layers],
            "bias": [round(float(la.bias.abs().max()), 3) for la in self.layers],
        }


def measure(steps: int) -> dict[str, dict[str, list[float]]]:
    """Train all networks and return their ranges by the name of their task."""
    torch.manual_seed(0)
    found: dict[str, dict[str, list[float]]] = {}
    digits = load_mnist(source="sample")
    loader = MemoryLoader(digits.train_images, digits.train_labels, 128, drop_last=True)
    gans = load_solution(find_assignment("gans"))
    pairs = (("discriminator", "generator"), ("build_dc_classifier", "build_dc_generator"))
    losses = (
        (gans.discriminator_loss, gans.generator_loss),
        (gans.ls_discriminator_loss, gans.ls_generator_loss),
    )
    for names in pairs:
        for loss in losses:
            count = steps if names == pairs[0] else steps // 4
            D = getattr(gans, names[0])(*([128] if names == pairs[1] else []))
            G = getattr(gans, names[1])()
            ranges = {names[0]: Ranges(D), names[1]: Ranges(G)}
            optimizers = gans.get_optimizer(D), gans.get_optimizer(G)
            for _ in train_gan(D, G, *optimizers, *loss, loader, max_steps=count, num_epochs=99):
                pass
            for name, each in ranges.items():
                found[name] = _larger(found.get(name), each.result())
    first = load_solution(find_assignment("first-gan"))
    gen, disc = first.Generator(), first.Discriminator()
    ranges = {"Generator": Ranges(gen), "Discriminator": Ranges(disc)}
    optimizers = [torch.optim.Adam(m.parameters(), lr=1e-5) for m in (gen, disc)]
    for _ in train_blocks(
        gen, disc, *optimizers, first.get_disc_loss, first.get_gen_loss, loader,
        nn.BCEWithLogitsLoss(), z_dim=10, max_steps=steps, num_epochs=99,
    ):  # fmt: skip
        pass
    return found | {name: each.result() for name, each in ranges.items()}


def _larger(first: dict | None, second: dict) -> dict:
    if first is None:
        return second
    return {key: [max(a, b) for a, b in zip(first[key], second[key], strict=True)] for key in first}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    found = measure(parser.parse_args().steps)
    FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for name, ranges in found.items():
        print(name, ranges)


if __name__ == "__main__":
    main()
