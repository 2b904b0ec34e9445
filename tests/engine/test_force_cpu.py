"""Student code runs on the CPU whatever device it names, and leaves no trace."""

import pytest
import torch
from torch import nn

from cs231n.engine.probes.force_cpu import on_cpu


def test_on_cpu_turns_every_wish_for_an_accelerator_to_the_cpu():
    """Old and new ways to name a GPU all end on the CPU, on machines with and without one."""
    with on_cpu():
        made = [
            torch.ones(3).type(torch.cuda.FloatTensor),
            torch.ones(3).type("torch.cuda.FloatTensor"),
            torch.ones(3, device="cuda"),
            torch.ones(3).cuda(),
            torch.ones(3).to("mps"),
            torch.zeros(2, device=torch.device("cuda", 0)),
            torch.cuda.FloatTensor(3, 4),
            nn.Linear(3, 4).cuda().weight,
            torch.ones(3).pin_memory(),
            torch.zeros(2, pin_memory=True),
            nn.Linear(3, 4).to("cuda:0").weight,
            nn.Linear(3, 4, device="cuda").weight,
            nn.Linear(3, 4).type(torch.cuda.FloatTensor).weight,
        ]
    assert {t.device.type for t in made} == {"cpu"}


def test_on_cpu_leaves_the_meta_device_alone():
    """The meta device is how labels on a fixed device are found out."""
    with on_cpu():
        assert torch.ones(3, device="meta").device.type == "meta"


def test_on_cpu_puts_back_what_student_code_changed():
    """Default dtype, device, gradient mode and random state are as before, whatever happens."""
    torch.manual_seed(3)
    state = torch.get_rng_state()
    with on_cpu():
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.manual_seed(99)
        torch.set_float32_matmul_precision("medium")
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.equal(torch.get_rng_state(), state)


def test_on_cpu_notes_the_largest_tensor():
    """A broadcast of (N, 1) with (N,) to (N, N) is seen by its size."""
    with on_cpu() as mode:
        _ = torch.ones(7, 1) * torch.ones(7)
    assert mode.largest == 49


def test_on_cpu_seeds_the_same_numbers_without_noting_stack_traces():
    """`torch.manual_seed` gives the usual numbers inside, and is PyTorch's own again outside."""
    theirs = torch.manual_seed
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        want = torch.rand(3)
    with on_cpu():
        assert isinstance(torch.manual_seed(5), torch.Generator)
        assert torch.equal(torch.rand(3), want)
    assert torch.manual_seed is theirs


@pytest.mark.parametrize(
    ("initialise", "deviation"),
    [
        (lambda w: w, 1 / 3**0.5 / 1024**0.5),
        (lambda w: nn.init.normal_(w, 0.0, 0.02), 0.02),
        (lambda w: nn.init.uniform_(w, 0.0, 1.0), 12**-0.5),
        (lambda w: nn.init.xavier_uniform_(w, gain=2.0), 2 * (2 / 1124) ** 0.5),
        (lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"), (2 / 1024) ** 0.5),
    ],
)
def test_fast_initial_values_have_the_law_of_pytorch(initialise, deviation):
    """They spread as usual, depend on the seed alone, and differ from draw to draw."""
    with on_cpu() as mode, mode.fast_initial_values():
        drawn = []
        for seed in (3, 3, 4):
            torch.manual_seed(seed)
            drawn.append(initialise(nn.Linear(1024, 100).weight).detach().clone())
        assert abs(float(drawn[0].std()) / deviation - 1) < 0.02
        assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
        assert not torch.equal(nn.Linear(1024, 100).weight, nn.Linear(1024, 100).weight)


def test_small_initial_values_are_those_of_pytorch():
    """A small layer has exactly the initial values that it has elsewhere."""
    with on_cpu() as mode:
        torch.manual_seed(3)
        want = nn.Linear(30, 20).weight
        with mode.fast_initial_values():
            torch.manual_seed(3)
            assert torch.equal(nn.Linear(30, 20).weight, want)
