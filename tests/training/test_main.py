"""`python -m cs231n.training`."""

import re

import pytest
import torch

from cs231n.data import MemoryLoader
from cs231n.training import __main__ as command


def test_plain_preset_is_the_script_that_it_follows(tmp_path):
    """Sizes and settings are the known ones; lines and grids come when due, without a warning."""
    plain = command.PRESETS["plain"]
    assert (plain.latent, plain.batch_size, plain.learning_rate) == (64, 64, 2e-4)
    assert (plain.epochs, plain.print_every, plain.grid_every) == (20, 400, 4)
    D, G = plain.networks()
    assert [type(m).__name__ for m in (D[-1], G[-1])] == ["Sigmoid", "Tanh"]
    assert D[2].negative_slope == 0.2 and D[1].out_features == G[0].out_features == 256
    images = torch.randint(0, 256, (130, 1, 28, 28), dtype=torch.uint8)
    loader = MemoryLoader(images, torch.arange(130), 64, drop_last=True)
    lines: list[str] = []
    records = list(command.run(plain, loader, tmp_path, epochs=5, report=lines.append))
    assert len(records) == 10
    grids = sorted(path.name for path in tmp_path.iterdir())
    assert grids == ["epoch-04.png", "epoch-05.png"]
    assert re.search(r"epoch 5/5, step 10/10: d_loss \S+, g_loss \S+, D\(x\) 0\.\d+, D\(G\(z\)\) 0",
                     "\n".join(lines))  # fmt: skip
    assert records[0].d_loss.item() == pytest.approx(1.386, abs=0.1)
