import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cs231n import runtime
from cs231n.data import MemoryLoader
from cs231n.training import TrainingError, count_params, fast_cpu, rel_error, run_a_gan, train_gan
from cs231n.training.guards import NanGuard

TOP = Path(__file__).resolve().parents[2]
BATCH, NOISE = 8, 5


@pytest.fixture(autouse=True)
def few_threads_and_no_limit(monkeypatch):
    monkeypatch.delenv("GANS_SHORT", raising=False)
    torch.set_num_threads(1)


def networks(seed: int = 0, flat: bool = True):
    """A small GAN with BatchNorm in the generator, so that the number of its calls matters."""
    torch.manual_seed(seed)
    D = nn.Sequential(nn.Flatten(), nn.Linear(784, 12), nn.LeakyReLU(0.01), nn.Linear(12, 1))
    G = nn.Sequential(nn.Linear(NOISE, 12), nn.ReLU(), nn.BatchNorm1d(12), nn.Linear(12, 784))
    G.append(nn.Tanh())
    if not flat:
        G.append(nn.Unflatten(1, (1, 28, 28)))
    return D, G


def convolutional(seed: int = 0):
    """A small DCGAN that reshapes as students do, and only takes batches of one size."""

    class View(nn.Module):
        def __init__(self, *shape):
            super().__init__()
            self.shape = shape

        def forward(self, x):
            return x.view(BATCH, *self.shape)

    torch.manual_seed(seed)
    D = nn.Sequential(
        nn.Conv2d(1, 4, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2), View(96), nn.Linear(96, 1),
    )  # fmt: skip
    G = nn.Sequential(
        nn.Linear(NOISE, 392), nn.ReLU(), nn.BatchNorm1d(392), View(8, 7, 7),
        nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(4),
        nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Tanh(), View(784),
    )  # fmt: skip
    return D, G


def optimizers(*models):
    return [torch.optim.Adam(m.parameters(), lr=1e-2, betas=(0.5, 0.999)) for m in models]


def d_loss(real, fake):
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def g_loss(fake):
    return F.softplus(-fake).mean()


def digits(n: int = 3 * BATCH):
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (n, 1, 28, 28), dtype=torch.uint8, generator=generator)
    return MemoryLoader(images, torch.arange(n), BATCH)


def start(D, G, loader=None, losses=(d_loss, g_loss), **options):
    options = {"batch_size": BATCH, "noise_size": NOISE, "num_epochs": 2, **options}
    return train_gan(D, G, *optimizers(D, G), *losses, loader or digits(), **options)


def textbook_losses(D, G, loader, epochs: int) -> list[tuple[float, float]]:
    """The loop as a textbook writes it, with nothing saved and nothing shared."""
    D_optimizer, G_optimizer = optimizers(D, G)
    dtype = next(G.parameters()).dtype
    losses = []
    for _ in range(epochs):
        for x, _ in loader:
            x = x.to(dtype)
            D_optimizer.zero_grad()
            noise = torch.rand(BATCH, NOISE, dtype=dtype) * 2 - 1
            fake = G(noise).detach()
            d = d_loss(D(2 * x - 1), D(fake.view(BATCH, 1, 28, 28)))
            d.backward()
            D_optimizer.step()
            G_optimizer.zero_grad()
            noise = torch.rand(BATCH, NOISE, dtype=dtype) * 2 - 1
            g = g_loss(D(G(noise).view(BATCH, 1, 28, 28)))
            g.backward()
            G_optimizer.step()
            losses.append((d.item(), g.item()))
    return losses


@pytest.mark.parametrize(
    ("build", "dtype", "rtol", "steps"),
    [
        (networks, torch.float32, 1e-6, 1),  # then Adam magnifies each processor's own rounding
        (networks, torch.float64, 1e-10, 12),
        (convolutional, torch.float32, 1e-6, 1),
        (convolutional, torch.float64, 1e-9, 12),
    ],
)
def test_train_gan_is_the_textbook_loop(build, dtype, rtol, steps):
    """With fixed seeds, losses and final weights are those of the plain loop, up to rounding.

    Fused optimizers and fast convolutions add up in another order, so not to the last bit.
    """
    D, G = (m.to(dtype) for m in build())
    torch.manual_seed(7)
    expected = textbook_losses(D, G, digits(), epochs=4)
    weights = [p.detach().clone() for m in (D, G) for p in m.state_dict().values()]
    D, G = (m.to(dtype) for m in build())
    torch.manual_seed(7)
    records = list(start(D, G, num_epochs=4))
    found = [(r.d_loss.item(), r.g_loss.item()) for r in records]
    np.testing.assert_allclose(found[:steps], expected[:steps], rtol=rtol)
    if steps == len(records):
        for p, q in zip(weights, [*D.state_dict().values(), *G.state_dict().values()], strict=True):
            torch.testing.assert_close(p, q, rtol=10 * rtol, atol=rtol)


def test_records_count_steps_and_epochs():
    """Records are numbered from 1, know the total, and carry samples when due and at the end."""
    records = list(start(*networks(), show_every=4))
    assert [r.step for r in records] == [1, 2, 3, 4, 5, 6]
    assert [r.epoch for r in records] == [1, 1, 1, 2, 2, 2]
    assert {r.total for r in records} == {6}
    assert [r.samples is not None for r in records] == [True, False, False, False, True, True]
    assert records[0].samples.shape == (BATCH, 784)
    assert not any(t.requires_grad for t in (records[0].d_loss, records[0].samples))


def test_mean_scores_are_those_of_the_networks():
    """d_real and d_fake are the means of D(x) and D(G(z)) before D's step."""
    D, G = networks()
    noise = torch.full((BATCH, NOISE), 0.5)
    x = next(iter(digits()))[0]
    real, fake = D(2 * x - 1).mean().item(), D(G(noise)).mean().item()
    record = next(start(D, G, sample_noise=lambda n, dim: noise))
    assert record.d_real.item() == pytest.approx(real, rel=1e-5)
    assert record.d_fake.item() == pytest.approx(fake, rel=1e-4)


def test_short_last_batch_is_skipped():
    """A network built for one batch size only ever sees (batch_size, 1, 28, 28)."""
    seen = set()

    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = networks()[0]

        def forward(self, x):
            seen.add(tuple(x.shape))
            return self.layers(x.view(BATCH, 784))

    records = list(start(Fixed(), networks()[1], digits(3 * BATCH + 1)))
    assert seen == {(BATCH, 1, 28, 28)} and len(records) == 6
    assert records[-1].total == 6  # the first epoch shows that the fourth batch is short


@pytest.mark.parametrize("flat", [True, False])
def test_generator_may_return_rows_or_images(flat):
    """G may return (N, 784) or (N, 1, 28, 28); the training is the same."""
    torch.manual_seed(3)
    reference = [r.g_loss.item() for r in start(*networks())]
    torch.manual_seed(3)
    assert [r.g_loss.item() for r in start(*networks(flat=flat))] == reference


def test_discriminator_gets_no_gradient_in_the_generators_step():
    """While G's loss is computed D's weights are frozen, and afterwards they are as before."""
    D, G = networks()
    D[1].bias.requires_grad_(False)  # frozen by the student: stays so
    states = []

    def spying(fake):
        states.append([p.requires_grad for p in D.parameters()])
        return g_loss(fake)

    next(start(D, G, losses=(d_loss, spying)))
    assert states == [[False] * 4]
    assert [p.requires_grad for p in D.parameters()] == [True, False, True, True]


def test_discriminator_is_unfrozen_after_an_error():
    """An error in the student's generator loss leaves D trainable."""
    D, G = networks()

    def broken(fake):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        next(start(D, G, losses=(d_loss, broken)))
    assert all(p.requires_grad for p in D.parameters())


@pytest.mark.parametrize("bad_step", [2, 6])
def test_nan_ends_the_training_and_names_the_step(bad_step):
    """The error names the first step whose loss is not finite, however late the check is."""
    calls = []

    def spoiled(fake):
        calls.append(1)
        return g_loss(fake) * (float("nan") if len(calls) == bad_step else 1)

    with pytest.raises(TrainingError, match=rf"step {bad_step}: .*g_loss = nan"):
        list(start(*networks(), losses=(d_loss, spoiled)))


def test_nan_is_noticed_within_a_hundred_steps():
    """A training whose losses are NaN stops before step 100."""
    losses = (d_loss, lambda fake: g_loss(fake) * float("nan"))
    with pytest.raises(TrainingError, match="step 1"):
        for record in start(*networks(), losses=losses, num_epochs=100):
            assert record.step < 100


def test_nan_guard_checks_many_steps_at_once():
    """The guard raises at every third step only, and names the first step that is not finite."""
    guard, one = NanGuard(every=3), torch.tensor(1.0)
    guard.add(1, one, one)
    guard.add(2, one, torch.tensor(float("inf")))
    with pytest.raises(TrainingError, match=r"step 2: .*NaN values do not recover"):
        guard.add(3, one * float("nan"), one)
    guard.check()  # nothing is left


@pytest.mark.parametrize(
    ("loss", "found"),
    [
        (lambda fake: None, "NoneType"),
        (lambda fake: F.softplus(-fake), r"shape \(8, 1\)"),
        (lambda fake: g_loss(fake).detach(), "requires_grad=False"),
        (lambda fake: g_loss(fake).item(), "float"),
    ],
)
def test_a_loss_that_is_none_is_explained(loss, found):
    """A loss that is not one number with a gradient is an error that says what was found."""
    with pytest.raises(TrainingError, match=f"generator_loss: expected .*found .*{found}"):
        next(start(*networks(), losses=(d_loss, loss)))


def test_images_of_another_size_are_explained():
    """A generator of 785 pixels is an error that names the shape of its images."""
    D, G = networks()
    G[3] = nn.Linear(12, 785)
    with pytest.raises(TrainingError, match=r"found \(8, 785\); check the last layer"):
        next(start(D, G))


def test_a_loss_of_shape_one_is_accepted():
    """A loss of shape (1,) trains as one of shape ()."""
    record = next(start(*networks(), losses=(d_loss, lambda fake: g_loss(fake).reshape(1))))
    assert record.g_loss.shape == ()


def test_wrong_batch_size_is_explained():
    """A loader without batches of batch_size images is an error that names both sizes."""
    with pytest.raises(TrainingError, match=r"batch_size=9 .*found sizes \[8\]"):
        list(start(*networks(), batch_size=9))


def test_any_loader_will_do():
    """A list of (x, y), a plain list of images and a DataLoader give the same training."""
    pairs = list(digits())
    whole = torch.utils.data.TensorDataset(
        torch.cat([x for x, _ in pairs]), torch.cat([y for _, y in pairs])
    )
    loaders = [pairs, [x for x, _ in pairs], torch.utils.data.DataLoader(whole, BATCH), digits()]
    losses = []
    for loader in loaders:
        torch.manual_seed(5)
        D, G = networks()
        noise = torch.Generator().manual_seed(5)
        losses.append([r.d_loss.item() for r in start(D, G, loader, generator=noise)])
    assert all(found == losses[0] for found in losses)


def test_a_loader_without_length_has_no_total():
    """A loader without a length also trains; the total is known after the first epoch."""

    class Endless:
        def __iter__(self):
            return iter(digits())

    records = list(start(*networks(), Endless()))
    assert [r.total for r in records] == [None] * 3 + [6] * 3


def test_bfloat16_trains_nearly_the_same(monkeypatch):
    """In bfloat16 the losses of the first steps are near those in float32, and are float32."""
    monkeypatch.setattr(fast_cpu, "has_bfloat16", lambda device: True)
    losses = {}
    for precision in ("float32", "bfloat16"):
        torch.manual_seed(5)
        records = list(start(*convolutional(), precision=precision, max_steps=3))
        assert records[0].d_loss.dtype == torch.float32
        losses[precision] = [r.d_loss.item() for r in records]
    assert losses["float32"] != losses["bfloat16"]
    np.testing.assert_allclose(losses["bfloat16"], losses["float32"], rtol=0.05)


def test_training_follows_the_dtype_of_the_generator():
    """Networks in float64 are trained in float64."""
    D, G = (m.double() for m in networks())
    assert next(start(D, G)).samples.dtype == torch.float64


def test_the_students_noise_is_used():
    """train_gan calls sample_noise(batch_size, noise_size) twice per step."""
    asked = []

    def noise(n, dim):
        asked.append((n, dim))
        return torch.zeros(n, dim)

    next(start(*networks(), sample_noise=noise))
    assert asked == [(BATCH, NOISE)] * 2


def test_default_noise_is_uniform_and_seeded():
    """Without sample_noise the noise fills (-1, 1), and a generator repeats the training."""
    seen = []

    class Spy(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = networks()[1]

        def forward(self, z):
            seen.append(z)
            return self.layers(z)

    def losses():
        generator = torch.Generator().manual_seed(0)
        return [r.d_loss.item() for r in start(networks()[0], Spy(), generator=generator)]

    assert losses() == losses()
    z = torch.cat(seen)
    assert -1 <= z.min() < -0.95 and 0.95 < z.max() < 1 and abs(z.mean()) < 0.1


def test_short_runs_end_after_the_steps_that_the_environment_gives(monkeypatch):
    """GANS_SHORT=4 ends a training after four steps, and max_steps has the last word."""
    monkeypatch.setenv("GANS_SHORT", "4")
    assert [r.total for r in start(*networks())] == [4] * 4
    assert len(list(start(*networks(), max_steps=2))) == 2
    monkeypatch.setenv("GANS_SHORT", "few")
    with pytest.raises(ValueError, match=r"GANS_SHORT: expected a number .*; found 'few'"):
        next(start(*networks()))


def test_a_short_run_for_digits_goes_by_the_network(monkeypatch):
    """GANS_SHORT=digits takes steps by the kind of network, over as many epochs as that needs."""
    steps = {"fully connected": 9, "convolutional": 8}
    monkeypatch.setattr(runtime, "SHORT", {"digits": steps})
    monkeypatch.setenv("GANS_SHORT", "digits")
    assert [r.epoch for r in start(*networks())] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert [r.total for r in start(*convolutional())] == [8] * 8


def test_run_a_gan_keeps_the_classic_signature():
    """Names, order and defaults of run_a_gan's positional arguments are the classic ones."""
    parameters = inspect.signature(run_a_gan).parameters.values()
    classic = [(p.name, p.default) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    none = inspect.Parameter.empty
    assert classic[:7] == [
        (name, none)
        for name in (
            "D", "G", "D_solver", "G_solver", "discriminator_loss", "generator_loss",
            "loader_train",
        )
    ]  # fmt: skip
    defaults = {"show_every": 250, "batch_size": 128, "noise_size": 96, "num_epochs": 10}
    assert dict(classic[7:]) == defaults and len(classic) == 11


def test_run_a_gan_returns_the_samples_and_says_nothing(capsys):
    """run_a_gan returns one array of images per show_every steps and prints nothing."""
    D, G = networks()
    images = run_a_gan(
        D, G, *optimizers(D, G), d_loss, g_loss, digits(), 4, BATCH, NOISE, num_epochs=2
    )
    assert [x.shape for x in images] == [(BATCH, 784)] * 2  # of steps 1 and 5; there are 6
    assert all(isinstance(x, np.ndarray) and abs(x).max() <= 1 for x in images)
    assert capsys.readouterr() == ("", "")


def test_sixteen_samples_are_kept():
    """Of a larger batch, samples holds the first 16 images."""
    D, G = networks()
    loader = digits(20)
    loader.batch_size = 20
    assert next(start(D, G, loader, batch_size=20)).samples.shape == (16, 784)


def test_count_params_counts_entries():
    """A Linear layer from 3 to 2 with bias has 8 parameters."""
    assert count_params(nn.Linear(3, 2)) == 8


def test_rel_error_is_relative_to_both():
    """rel_error of equal arrays is 0, and of 1 and 3 it is one half."""
    assert rel_error(np.ones(3), np.ones(3)) == 0
    assert rel_error([1.0, 1.0], [1.0, 3.0]) == pytest.approx(0.5)


@pytest.mark.slow
def test_a_script_stays_silent():
    """Outside of a notebook nothing is drawn: not even matplotlib is loaded."""
    code = (
        "import sys; sys.path.append('tests/training'); import torch, test_loop as t\n"
        "D, G = t.networks()\n"
        "t.run_a_gan(D, G, *t.optimizers(D, G), t.d_loss, t.g_loss, t.digits(), 2, 8, 5, 1)\n"
        "assert 'matplotlib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_noise_of_the_second_half_is_drawn_after_the_discriminators_update():
    """As the notebook says: D is updated before new noise for G is drawn."""
    D, G = networks()
    weights, seen = D[1].weight, []

    def noise(n, dim):
        seen.append(weights.detach().clone())
        return torch.zeros(n, dim)

    next(start(D, G, sample_noise=noise))
    assert len(seen) == 2 and not torch.equal(*seen)


def test_all_samples_come_from_the_noise_of_the_first_batch():
    """While the weights stand still, the samples of every step are the same images."""
    D, G = networks()
    still = [torch.optim.SGD(m.parameters(), lr=0.0) for m in (D, G)]
    options = {"batch_size": BATCH, "noise_size": NOISE, "num_epochs": 1, "show_every": 1}
    records = list(train_gan(D, G, *still, d_loss, g_loss, digits(), **options))
    assert len(records) == 3
    assert all(torch.equal(r.samples, records[0].samples) for r in records)
