"""An interrupted training continues as if nothing had happened."""

import os
import signal

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cs231n.data import MemoryLoader
from cs231n.training import TrainingError, train_gan, watch

STEPS = 12


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    monkeypatch.delenv("GANS_SHORT", raising=False)


def start(interrupt_at: tuple[int, ...] = ()):
    """A float64 GAN with BatchNorm and shuffled batches; SIGINT arrives within these steps."""
    torch.manual_seed(0)
    D = nn.Sequential(nn.Flatten(), nn.Linear(784, 12), nn.LeakyReLU(0.01), nn.Linear(12, 1))
    G = nn.Sequential(nn.Linear(5, 12), nn.ReLU(), nn.BatchNorm1d(12), nn.Linear(12, 784))
    D, G = D.double(), G.append(nn.Tanh()).double()
    pixels = torch.randint(0, 256, (24, 1, 28, 28), dtype=torch.uint8)
    calls = []

    def d_loss(real, fake):
        calls.append(1)
        for _ in range(interrupt_at.count(len(calls))):
            os.kill(os.getpid(), signal.SIGINT)
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    optimizers = [torch.optim.Adam(m.parameters(), lr=1e-2) for m in (D, G)]
    records = train_gan(
        D, G, *optimizers, d_loss, lambda fake: F.softplus(-fake).mean(),
        MemoryLoader(pixels, torch.arange(24), 8, shuffle=True),
        batch_size=8, noise_size=5, num_epochs=4, show_every=5,
    )  # fmt: skip
    return records, [*D.state_dict().values(), *G.state_dict().values()]


@pytest.mark.parametrize("interrupts", [(1,), (5,), (2, 3, 9), (STEPS,)])
def test_an_interrupted_and_continued_run_equals_an_uninterrupted_one(interrupts):
    """Weights, losses and samples agree to the last bit, although other code drew in between."""
    records, expected = start()
    whole = watch(records)
    records, weights = start(interrupts)
    history = watch(records)
    for step in interrupts:
        assert history.interrupted and len(history.d_loss) == step
        torch.rand(100), np.random.rand(7)
        torch.manual_seed(99)
        history = watch(resume=history)
    assert not history.interrupted and len(history.d_loss) == STEPS
    assert all(torch.equal(p, q) for p, q in zip(weights, expected, strict=True))
    for name in ("d_loss", "g_loss", "d_real", "d_fake", "samples", "sample_steps"):
        np.testing.assert_array_equal(getattr(history, name), getattr(whole, name))


def test_a_second_interrupt_stops_within_the_step():
    """A run stopped there keeps its history, and resume says why it cannot go on."""
    records, _ = start((4, 4))
    history = watch(records)
    assert history.interrupted and len(history.d_loss) == 3
    with pytest.raises(TrainingError, match="interrupted twice, within a step; start a new"):
        watch(resume=history)


def test_a_finished_run_cannot_be_continued():
    """The message says that the run is finished."""
    records, _ = start()
    with pytest.raises(TrainingError, match="found a run that is finished"):
        watch(resume=watch(records))


def test_watch_wants_either_records_or_a_run_to_continue():
    """Neither and both are errors."""
    with pytest.raises(TypeError, match="either the records of a training or resume="):
        watch()


def test_the_handler_of_interrupts_is_restored():
    """After watch, SIGINT raises KeyboardInterrupt again."""
    before = signal.getsignal(signal.SIGINT)
    watch(start()[0])
    assert signal.getsignal(signal.SIGINT) is before
