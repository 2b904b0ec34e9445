"""The training loop of First-GAN."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.data import MemoryLoader
from cs231n.training import TrainingError, blocks, watch


@pytest.fixture(scope="module")
def solution():
    """The reference solution as a module."""
    return load_solution(find_assignment("first-gan"))


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    """A limit on steps, set for a trial run, is not meant for these tests."""
    monkeypatch.delenv("GANS_SHORT", raising=False)


def digits(count: int) -> MemoryLoader:
    """Batches of eight random images."""
    source = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (count, 1, 28, 28), dtype=torch.uint8, generator=source)
    return MemoryLoader(images, torch.arange(count), 8)


def networks(first_gan):
    """(gen, disc, their optimizers), small and seeded."""
    torch.manual_seed(0)
    gen, disc = first_gan.Generator(5, hidden_dim=4), first_gan.Discriminator(hidden_dim=4)
    return gen, disc, *(torch.optim.Adam(m.parameters(), 1e-3) for m in (gen, disc))


def textbook(first_gan, loader, epochs: int) -> list[tuple[float, float]]:
    """The loop as students know it, with nothing saved and nothing frozen."""
    gen, disc, gen_opt, disc_opt = networks(first_gan)
    criterion, losses = nn.BCEWithLogitsLoss(), []
    for _ in range(epochs):
        for real, _ in loader:
            count = len(real)
            real = real.view(count, -1)
            disc_opt.zero_grad()
            d_loss = first_gan.get_disc_loss(gen, disc, criterion, real, count, 5, "cpu")
            d_loss.backward(retain_graph=True)
            disc_opt.step()
            gen_opt.zero_grad()
            g_loss = first_gan.get_gen_loss(gen, disc, criterion, count, 5, "cpu")
            g_loss.backward()
            gen_opt.step()
            losses.append((d_loss.item(), g_loss.item()))
    return losses


def started(first_gan, loader, losses=None, **options):
    losses = losses or (first_gan.get_disc_loss, first_gan.get_gen_loss)
    options = {"z_dim": 5, "batch_size": 8, "num_epochs": 2, **options}
    return blocks.train_blocks(
        *networks(first_gan), *losses, loader, nn.BCEWithLogitsLoss(), **options
    )


def test_train_blocks_is_the_textbook_loop(solution):
    """With fixed seeds the losses are those of the plain loop, step by step."""
    torch.manual_seed(7)
    networks(solution)  # seeds
    expected = textbook(solution, digits(24), 4)
    records = list(started(solution, digits(24), num_epochs=4))
    found = [(r.d_loss.item(), r.g_loss.item()) for r in records]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert abs(found[0][0] - 0.69) < 0.05


def test_records_hold_fakes_when_due_and_skip_a_short_batch(solution):
    """Steps are counted, a short last batch is left out, samples are pixels in (0, 1)."""
    records = list(started(solution, digits(25), show_every=4))
    assert [r.step for r in records] == [1, 2, 3, 4, 5, 6]
    assert [r.samples is not None for r in records] == [True, False, False, False, True, True]
    samples = records[0].samples
    assert samples.shape == (8, 784) and samples.min() > 0 and samples.max() < 1
    assert not samples.requires_grad


def test_discriminator_learns_again_after_an_error(solution):
    """An error in the generator's loss leaves the discriminator trainable and no hook behind."""
    gen, disc, *optimizers = networks(solution)

    def broken(*given):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        next(
            blocks.train_blocks(
                gen, disc, *optimizers, solution.get_disc_loss, broken, digits(8),
                nn.BCEWithLogitsLoss(), z_dim=5, batch_size=8,
            )
        )  # fmt: skip
    assert all(p.requires_grad for p in disc.parameters())
    assert not gen._forward_hooks


def test_a_loss_that_is_none_is_told_by_its_name(solution):
    """A forgotten return is told with the name of the function."""
    with pytest.raises(TrainingError, match=r"get_disc_loss: .*found NoneType"):
        next(started(solution, digits(8), losses=(lambda *given: None, solution.get_gen_loss)))


def test_bfloat16_trains_to_nearly_the_same_losses(solution):
    """With coarser products the losses stay close and weights stay float32; else it is refused."""
    try:
        torch.manual_seed(7)
        half = list(started(solution, digits(24), precision="bfloat16"))
    except ValueError as why:
        assert "avx512_bf16" in str(why)
        return
    torch.manual_seed(7)
    full = list(started(solution, digits(24)))
    assert {r.d_loss.dtype for r in half} == {torch.float32}
    for a, b in zip(half, full, strict=True):
        assert a.d_loss.item() == pytest.approx(b.d_loss.item(), abs=0.02)


def test_running_means_and_change_tell_how_it_went(solution):
    """Means of every few steps, a shorter last line, and how far the weights have moved."""
    gen = networks(solution)[0]
    before = blocks.snapshot(gen)
    assert blocks.change(before, gen) == 0
    with torch.no_grad():
        for p in gen.parameters():
            p.mul_(1.5)
    assert blocks.change(before, gen) == pytest.approx(0.5)
    history = watch(started(solution, digits(24)), show=False)
    lines = blocks.running_means(history, 4).splitlines()
    assert len(lines) == 3 and lines[2].split()[:3] == ["5", "to", "6"]
    assert float(lines[1].split()[3]) == pytest.approx(history.d_loss[:4].mean(), abs=1e-4)


def test_mean_scores_are_read_from_the_discriminator(solution):
    """d_real and d_fake are the mean scores of D's half, and NaN if one batch holds both."""
    seen = []

    def separate(gen, disc, criterion, real, n, z_dim, device):
        real_scores, fake_scores = disc(real), disc(gen(torch.randn(n, z_dim)).detach())
        seen.extend([real_scores.mean().item(), fake_scores.mean().item()])
        return criterion(real_scores, torch.ones_like(real_scores)) + fake_scores.mean()

    def joint(gen, disc, criterion, real, n, z_dim, device):
        scores = disc(torch.cat([real, gen(torch.randn(n, z_dim)).detach()]))
        return criterion(scores, torch.ones_like(scores))

    record = next(started(solution, digits(8), (separate, solution.get_gen_loss)))
    assert [record.d_real.item(), record.d_fake.item()] == seen
    record = next(started(solution, digits(8), (joint, solution.get_gen_loss)))
    assert record.d_real.isnan() and record.d_fake.isnan()
