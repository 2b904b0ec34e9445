import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.authoring.references import load_solution
from autograder.config import find_assignment
from cs231n.training import fast_cpu
from cs231n.training.fast_cpu import (
    FastConvolutions,
    Forward,
    agrees,
    check_precision,
    fuse,
    pays_for,
)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def results(function, arguments, fast: bool):
    """Value and all gradients of a function, inside the context or outside."""
    leaves = [a.clone().requires_grad_() for a in arguments]
    if fast:
        with FastConvolutions():
            value = function(*leaves)
    else:
        value = function(*leaves)
    weights = torch.linspace(-1, 1, value.numel(), dtype=value.dtype).view(value.shape)
    return [value, *torch.autograd.grad((value * weights).sum(), leaves)]


def numbers(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


CASES = {
    "one channel in": (F.conv2d, (3, 1, 9, 8), (4, 1, 5, 3), (4,), {}),
    "stride leaves a rest": (
        F.conv2d, (3, 1, 9, 8), (4, 1, 4, 3), (4,), {"stride": (2, 3), "padding": (1, 2)},
    ),
    "many channels": (F.conv2d, (3, 2, 9, 8), (4, 2, 5, 3), (4,), {"padding": 1}),
    "dilation": (F.conv2d, (3, 1, 9, 8), (4, 1, 3, 3), (4,), {"dilation": 2}),
    "padding by name": (F.conv2d, (3, 1, 9, 8), (4, 1, 3, 3), (4,), {"padding": "same"}),
    "groups": (F.conv2d, (3, 4, 9, 8), (4, 2, 3, 3), (4,), {"groups": 2}),
    "one image": (F.conv2d, (1, 9, 8), (4, 1, 3, 3), (4,), {}),
    "one channel out": (
        F.conv_transpose2d, (3, 4, 5, 6), (4, 1, 4, 3), (1,), {"stride": 2, "padding": 1},
    ),
    "output padding": (
        F.conv_transpose2d, (3, 4, 5, 6), (4, 1, 4, 3), (1,),
        {"stride": (3, 2), "output_padding": (2, 1)},
    ),
    "many channels out": (
        F.conv_transpose2d, (3, 4, 5, 6), (4, 2, 4, 4), (2,), {"stride": 2, "padding": 1},
    ),
    "groups out": (F.conv_transpose2d, (3, 4, 5, 6), (4, 1, 3, 3), (2,), {"groups": 2}),
}  # fmt: skip


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_fast_convolutions_give_the_same_values_and_gradients(case, bias):
    """Value and gradients of every kind of convolution are those of PyTorch's own kernel."""
    function, *shapes, options = CASES[case]
    arguments = numbers(*(shapes if bias else shapes[:2]))

    def call(*a):
        return function(*a, **options)

    for found, expected in zip(
        results(call, arguments, True), results(call, arguments, False), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_second_derivatives_pass_through():
    """A gradient penalty, which differentiates a gradient, can be trained with."""
    x, weight = numbers((2, 1, 6, 6), (3, 1, 3, 3))

    def penalty(x, weight):
        (slope,) = torch.autograd.grad(F.conv2d(x, weight).square().sum(), x, create_graph=True)
        return slope.square().sum()

    for found, expected in zip(
        results(penalty, [x, weight], True), results(penalty, [x, weight], False), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_view_works_on_what_a_convolution_gives():
    """A student's x.view(N, -1) after a convolution keeps its meaning."""

    def forward(x, weight):
        return F.conv2d(x, weight).view(len(x), -1)

    arguments = numbers((3, 2, 6, 6), (4, 2, 3, 3))
    for found, expected in zip(
        results(forward, arguments, True), results(forward, arguments, False), strict=True
    ):
        torch.testing.assert_close(found, expected)


class Strided(nn.Module):
    """A network that looks at the memory of its activations."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(1, 4, 3)

    def forward(self, x):
        y = self.layer(x)
        return y.as_strided((len(y), 4), (y.stride(0), 1))


class Noisy(nn.Sequential):
    """A network that is random."""

    def forward(self, x):
        return super().forward(x) + torch.rand(1)


def test_a_network_that_depends_on_the_layout_is_noticed():
    """What gives other numbers in the context, or fails at all, does not agree."""
    x = torch.randn(2, 1, 8, 8)
    assert agrees(nn.Conv2d(1, 4, 3), x)
    assert agrees(Noisy(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Dropout(0.5)), x)
    assert not agrees(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Dropout(0.5)), x)  # another mask
    assert not agrees(Strided(), x)
    assert not agrees(nn.Linear(3, 3), x)


@pytest.mark.parametrize("seed", range(3))
def test_the_networks_of_the_assignment_take_the_fast_form(seed):
    """Both networks of the reference DCGAN agree with their fast form, to float32 rounding."""
    solution = load_solution(find_assignment("gans"))
    torch.manual_seed(seed)
    D, G = solution.build_dc_classifier(32), solution.build_dc_generator(96)
    noise = torch.rand(32, 96) * 2 - 1
    assert agrees(D, torch.rand(32, 1, 28, 28) * 2 - 1) and agrees(G, noise)
    plain = G(noise)
    with FastConvolutions():
        torch.testing.assert_close(G(noise), plain, rtol=0, atol=2e-5)


def test_a_trial_leaves_no_trace():
    """The trial moves neither running statistics nor the random numbers."""
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Dropout())
    before = {k: v.clone() for k, v in model.state_dict().items()}
    state = torch.get_rng_state()
    assert agrees(model, torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_only_convolutions_on_the_processor_are_tried():
    """A network without 4-D weights, or on another device, is left alone."""
    assert pays_for(nn.Conv2d(1, 4, 3))
    assert not pays_for(nn.Linear(3, 4))
    assert not pays_for(nn.LazyConv2d(4, 3))  # no weights yet
    assert not pays_for(nn.Conv2d(1, 4, 3, device="meta"))


def test_autocast_reaches_inside():
    """Under autocast the special convolutions compute in bfloat16, like all others."""
    x = torch.randn(2, 1, 8, 8)
    with torch.autocast("cpu", torch.bfloat16), FastConvolutions():
        y = nn.Conv2d(1, 4, 3)(x)
        z = nn.ConvTranspose2d(4, 1, 3)(y)
    assert y.dtype == z.dtype == torch.bfloat16
    z.float().sum().backward()


def step(optimizer, model):
    for number, p in enumerate(model.parameters(), start=1):
        p.grad = torch.linspace(-number, number, p.numel()).view(p.shape)
    optimizer.step()


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD])
def test_a_fused_optimizer_steps_as_before(kind):
    """Fusing changes the kernel only, from the start or in the middle of a training."""
    models = [nn.Linear(5, 3) for _ in range(3)]
    for model in models[1:]:
        model.load_state_dict(models[0].state_dict())
    plain, early, late = (kind(m.parameters(), lr=0.1) for m in models)
    assert fuse(early) and early.param_groups[0]["fused"]
    for number in range(4):
        if number == 2:
            assert fuse(late)
        for optimizer, model in zip((plain, early, late), models, strict=True):
            step(optimizer, model)
    for model in models[1:]:
        for p, q in zip(models[0].parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(p, q)


class OwnAdam(torch.optim.Adam):
    """What a student may have changed."""


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (OwnAdam, {}),
        (torch.optim.RMSprop, {}),
        (torch.optim.Adam, {"foreach": True}),
        (torch.optim.Adam, {"fused": False, "foreach": True}),
        (torch.optim.Adam, {"differentiable": True}),
    ],
)
def test_other_optimizers_stay_as_they_are(kind, options):
    """A subclass, another rule, or an implementation chosen by hand is left alone."""
    optimizer = kind(nn.Linear(2, 2).parameters(), lr=0.1, **options)
    before = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
    assert not fuse(optimizer)
    assert {k: v for k, v in optimizer.param_groups[0].items() if k != "params"} == before


def test_weights_on_another_device_are_not_fused():
    """Only a processor and CUDA are known to have the kernel."""
    assert not fuse(torch.optim.Adam(nn.Linear(2, 2, device="meta").parameters()))


def test_forward_takes_the_fast_form_only_if_it_agrees():
    """A network that looks at its memory runs as it was written."""
    seen = []

    class Layout(nn.Module):
        def __init__(self, break_it):
            super().__init__()
            self.layer, self.break_it = nn.Conv2d(1, 4, 3), break_it

        def forward(self, x):
            y = self.layer(x)
            seen.append(y.is_contiguous())
            return y + float(self.break_it and not y.is_contiguous())

    x = torch.randn(2, 1, 8, 8)
    Forward(Layout(False))(x)
    assert not seen[-1]
    Forward(Layout(True))(x)
    assert seen[-1]


def test_bfloat16_keeps_weights_gradients_and_results_in_float32():
    """Only products are rounded: results differ a little, and every tensor outside is float32."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 1))
    x = torch.randn(2, 1, 8, 8)
    exact, found = Forward(model)(x), Forward(model, "bfloat16")(x)
    found.sum().backward()
    assert found.dtype == torch.float32 == model[0].weight.grad.dtype
    assert not torch.equal(found, exact)
    torch.testing.assert_close(found, exact, rtol=0.05, atol=0.02)


def test_an_unknown_precision_is_explained(monkeypatch):
    """A wrong word, or bfloat16 without the hardware, is refused with what to do."""
    cpu = torch.device("cpu")
    with pytest.raises(ValueError, match="found 'bf16'; omit it"):
        check_precision("bf16", cpu)
    monkeypatch.setattr(fast_cpu, "has_bfloat16", lambda device: False)
    with pytest.raises(ValueError, match='found neither on cpu; use precision="float32"'):
        check_precision("bfloat16", cpu)
    check_precision("float32", cpu)


def test_a_device_without_bfloat16_is_known():
    """MPS is not asked for bfloat16."""
    assert not fast_cpu.has_bfloat16(torch.device("mps"))
