import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cs231n.training.cuda_graph import WARM, GraphedStep, capturable
from cs231n.training.gan_step import GanStep, Outcome

BATCH, NOISE = 4, 3


def make(seed=0, g_loss=lambda fake: F.softplus(-fake).mean(), kind=torch.optim.Adam):
    torch.manual_seed(seed)
    D = nn.Sequential(nn.Flatten(), nn.Linear(784, 1))
    G = nn.Sequential(nn.Linear(NOISE, 784), nn.BatchNorm1d(784), nn.Tanh())
    d_loss = lambda real, fake: (F.softplus(-real) + F.softplus(fake)).mean()  # noqa: E731
    return GanStep(D, G, kind(D.parameters(), 1e-2), kind(G.parameters(), 1e-2), d_loss, g_loss)


class Recorder:
    """Stands in for CUDA: replaying runs the function again into the first outcome's tensors."""

    def __init__(self):
        self.replays = 0

    def __call__(self, function):
        outcome = Outcome(*(x.clone() for x in function()))

        def replay():
            self.replays += 1
            for x, new in zip(outcome, function(), strict=True):
                x.copy_(new)

        return replay, outcome


def run(step, steps, source=None):
    """d_loss and g_loss of some steps on the same stream of numbers."""
    source = source or torch.Generator().manual_seed(1)
    noise = lambda: torch.rand(BATCH, NOISE, generator=source)  # noqa: E731
    return [
        torch.stack(step(torch.rand(BATCH, 1, 28, 28, generator=source), noise)[:2])
        for _ in range(steps)
    ]


def ready(step):
    """As on a GPU, where steps are counted on the device: here there is no device to count on."""
    graphed = GraphedStep(step, Recorder())
    graphed.given_up = None
    for optimizer in (step.D_optimizer, step.G_optimizer):
        for group in optimizer.param_groups:
            group["capturable"] = False  # Adam refuses it on the CPU
    return graphed


def test_a_replayed_step_trains_like_the_written_one():
    """Losses are those of the step as written, before, while and after it is recorded."""
    graphed = ready(make())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = run(graphed, WARM + 6)
    torch.testing.assert_close(torch.stack(found), torch.stack(run(make(), WARM + 6)))
    assert graphed.record.replays == 6


def test_outcomes_outlive_the_next_replay():
    """A record of an earlier step keeps its numbers."""
    graphed = ready(make())
    run(graphed, WARM + 1)
    source = torch.Generator().manual_seed(2)
    noise = lambda: torch.rand(BATCH, NOISE, generator=source)  # noqa: E731
    first = graphed(torch.rand(BATCH, 1, 28, 28, generator=source), noise)
    kept = first.d_loss.item()
    run(graphed, 2)
    assert first.d_loss.item() == kept


def changing():
    """A loss that Python changes from call to call: recorded, it would stay what it was."""
    calls = []

    def loss(fake):
        calls.append(1)
        return F.softplus(-fake).mean() * len(calls)

    return loss


def refusing():
    """A loss that cannot be recorded; it fails at the call that records."""
    calls = []

    def loss(fake):
        calls.append(1)
        if len(calls) == WARM + 2:
            raise RuntimeError("operation not permitted when stream is capturing\nmore")
        return F.softplus(-fake).mean()

    return loss


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (refusing, r"\(RuntimeError: operation not permitted when stream is capturing\)"),
        (changing, "replaying it gave other numbers"),
    ],
)
def test_what_cannot_be_replayed_is_given_up_with_the_reason(loss, reason):
    """One warning says why, and the training goes on from the step as written."""
    graphed = ready(make(g_loss=loss()))
    with pytest.warns(UserWarning, match=f"no CUDA graph .*{reason}.*training goes on") as caught:
        found = run(graphed, WARM + 1)
    assert len(caught) == 1 and graphed.replay is None
    torch.testing.assert_close(torch.stack(found), torch.stack(run(make(g_loss=loss()), WARM + 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(graphed, 2)


@pytest.mark.parametrize("change", ["rate", "mode"])
def test_a_change_between_steps_is_noticed(change):
    """A new learning rate or mode counts at once, as it does without a graph."""
    steps = [ready(make()), make()]
    rows = []
    for step in steps:
        source = torch.Generator().manual_seed(1)
        row = run(step, WARM + 2, source)
        written = getattr(step, "step", step)
        if change == "rate":
            written.G_optimizer.param_groups[0]["lr"] = 0.5
        else:
            written.G.eval()
        if step is steps[0]:
            with pytest.warns(UserWarning, match="settings, the network's mode or the batch"):
                row += run(step, 3, source)
        else:
            row += run(step, 3, source)
        rows.append(torch.stack(row))
    torch.testing.assert_close(*rows)


def test_optimizers_that_cannot_be_recorded_are_known():
    """Python-side rules and steps counted on the CPU rule a graph out; a fresh Adam is prepared."""
    step = make()
    assert capturable(step) is None and step.D_optimizer.param_groups[0]["capturable"]
    assert "SGD cannot be recorded" in capturable(make(kind=torch.optim.SGD))
    used = make()
    run(used, 1)
    assert "counts its steps on the CPU" in capturable(used)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_on_a_gpu_the_graph_gives_the_losses_of_the_loop():
    """On a GPU a recorded step trains like the written one."""
    rows = []
    for wrap in (lambda step: step, GraphedStep):
        step = make()
        step.D.cuda(), step.G.cuda()
        graphed = wrap(step)
        source = torch.Generator().manual_seed(1)
        noise = lambda source=source: torch.rand(BATCH, NOISE, generator=source).cuda()  # noqa: E731
        rows.append(
            [
                graphed(torch.rand(BATCH, 1, 28, 28, generator=source).cuda(), noise).g_loss
                for _ in range(WARM + 6)
            ]
        )
    torch.testing.assert_close(torch.stack(rows[0]), torch.stack(rows[1]), rtol=1e-3, atol=1e-4)
