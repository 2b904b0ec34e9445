"""A trace lists what a network does, whatever way it is written, and knows when it cannot."""

import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cs231n.engine.operations import Trace, describe, parse_layer
from cs231n.engine.probes.trace import trace_network

FILE = __file__


def traced(model, *shape):
    return trace_network(model, torch.randn(*shape, generator=torch.manual_seed(0)), FILE)


def words(trace):
    return [describe(step) for step in trace.steps]


class Function(nn.Module):
    """A network of one function and three linear layers to use."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        return self.function(self, x)


SPELLINGS = {
    "LeakyReLU(0.2)": [
        lambda m, x: F.leaky_relu(x, 0.2),
        lambda m, x: torch.where(x > 0, x, 0.2 * x),
        lambda m, x: torch.maximum(x, x * 0.2),
        lambda m, x: F.relu(x) - 0.2 * F.relu(-x),
        lambda m, x: x.clamp(min=0) + 0.2 * x.clamp(max=0),
        lambda m, x: (x > 0).float() * x + (x <= 0).float() * x * 0.2,
        lambda m, x: nn.LeakyReLU(0.2, inplace=True)(x.clone()),
    ],
    "ReLU": [
        lambda m, x: x.clamp(min=0),
        lambda m, x: torch.max(x, torch.zeros(1)),
        lambda m, x: x * (x > 0),
        lambda m, x: (x + x.abs()) / 2,
    ],
    "Tanh": [
        lambda m, x: 2 * torch.sigmoid(2 * x) - 1,
        lambda m, x: (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x)),
    ],
    "Sigmoid": [lambda m, x: 1 / (1 + torch.exp(-x)), lambda m, x: x.sigmoid()],
    "0.5 x + 0.5": [lambda m, x: (x + 1) / 2, lambda m, x: x * 0.5 + 0.5],
}


@pytest.mark.parametrize(
    ("word", "function"), [(word, f) for word, fs in SPELLINGS.items() for f in fs]
)
def test_spellings_of_a_function_are_one_step(word, function):
    """Every way to write an activation is traced as that activation."""
    trace = traced(Function(function), 3, 4)
    assert words(trace) == [word]
    assert trace.distrust == ""


def test_activations_in_a_row_stay_apart():
    """ReLU before Tanh is two steps, and so is arithmetic after Tanh."""
    trace = traced(Function(lambda m, x: (torch.tanh(torch.relu(x)) + 1) / 2), 3, 4)
    assert words(trace) == ["ReLU", "Tanh", "0.5 x + 0.5"]


def test_matrix_products_are_linear_layers():
    """x @ W + b and x @ W.T + b are linear layers with their biases."""

    def forward(m, x):
        return (x @ m.a.weight.T + m.a.bias) @ m.b.weight + m.b.bias.view(1, -1)

    assert words(traced(Function(forward), 3, 4)) == ["Linear(4, 4)", "Linear(4, 4)"]


def test_parameters_used_twice_or_never_are_facts():
    """The facts name parameters that several steps use, and those that none uses."""
    facts = traced(Function(lambda m, x: m.a(m.a(x))), 3, 4).facts
    assert facts.reused == ("a.weight", "a.bias")
    assert facts.unused == ("b.weight", "b.bias")


def test_frozen_parameters_and_cut_gradients_are_facts():
    """The facts name frozen parameters and the lines at which the gradient ends."""

    def forward(m, x):
        with torch.no_grad():
            h = m.a(x)
        return m.b(h.data).detach() + m.b(x)

    model = Function(forward)
    model.b.bias.requires_grad = False
    facts = traced(model, 3, 4).facts
    assert facts.frozen == ("b.bias",)
    assert [cut.how for cut in facts.cuts] == ["torch.no_grad()", ".data", ".detach()"]
    first = forward.__code__.co_firstlineno
    assert [cut.line - first for cut in facts.cuts] == [2, 3, 3]


def test_a_detach_beside_the_output_is_no_cut():
    """A gradient that ends in a number to print does not matter."""
    printed = []

    def forward(m, x):
        h = m.a(x)
        printed.append(h.detach().mean().item())
        return m.b(h)

    assert traced(Function(forward), 3, 4).facts.cuts == ()


def test_weights_outside_of_parameters_are_facts():
    """Layers in a list are not registered; layers made in forward are other ones each time."""
    kept = [nn.Linear(4, 4)]
    assert traced(Function(lambda m, x: kept[0](x)), 3, 4).facts.unregistered == 2
    facts = traced(Function(lambda m, x: nn.Linear(4, 4)(x)), 3, 4).facts
    assert facts.unregistered == 2
    assert not traced(Function(lambda m, x: kept[0](x)), 3, 4).facts.recreated


def test_random_numbers_and_eval_mode_are_facts():
    """The facts name functions that draw random numbers, and eval mode where it matters."""
    assert traced(Function(lambda m, x: x + torch.randn_like(x)), 3, 4).facts.random
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).eval()
    assert traced(model, 3, 4).facts.evaluating


def test_a_branch_on_the_input_is_not_trusted():
    """A network that treats one input in another way than the next is not explained."""
    assert traced(Function(lambda m, x: m.a(x) if x.mean() > 0 else m.b(x)), 3, 4).distrust


def test_numpy_is_not_trusted():
    """What NumPy computes is not an operation of the trace."""
    trace = traced(Function(lambda m, x: m.a(torch.from_numpy(np.tanh(x.detach().numpy())))), 3, 4)
    assert trace.distrust


def test_a_network_that_stops_shows_the_step():
    """The failing operation, the shapes that it was given and the steps before it are kept."""
    trace = traced(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(4, 8)), 3, 4)
    assert words(trace) == ["Linear(4, 8)", "ReLU"]
    assert describe(trace.failure.layer) == "Linear(4, 8)"
    assert trace.failure.shapes == ((3, 8),)
    assert trace.failure.module == "2"


def test_a_layer_that_refuses_its_input_is_named():
    """BatchNorm2d checks its input before it calls a torch function; it is named all the same."""
    failure = traced(nn.Sequential(nn.Linear(4, 8), nn.BatchNorm2d(8)), 3, 4).failure
    assert failure.layer.settings["class"] == "BatchNorm2d"
    assert failure.shapes == ((3, 8),)


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: [m.a(x)],
        lambda m, x: None,
        lambda m, x: {"out": m.a(x)},
        lambda m, x: x,
        lambda m, x: m(x),
        lambda m, x: 1 / 0,
        lambda m, x: torch.ones(3, 4),
    ],
)
def test_odd_networks_end_in_a_trace(function):
    """Networks that return lists or nothing, recurse or raise have a trace with a reason."""
    trace = traced(Function(function), 3, 4)
    assert trace.distrust or trace.failure


def test_thousands_of_operations_are_cut_off():
    """A network with a long loop is not explained, and says why."""

    def forward(m, x):
        for _ in range(5000):
            x = torch.relu(x)
        return x

    trace = traced(Function(forward), 3, 4)
    assert "operations" in trace.distrust
    assert trace.steps == ()


def test_a_failure_in_the_second_pass_is_not_trusted():
    """A network that only works once cannot be replayed against itself."""
    calls = []

    def forward(m, x):
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("only once")
        return m.a(x)

    assert "RuntimeError" in traced(Function(forward), 3, 4).distrust


def test_hooks_that_change_outputs_are_steps():
    """A forward hook that scales an output shows in the trace."""
    model = nn.Sequential(nn.Linear(4, 4))
    model[0].register_forward_hook(lambda module, args, out: 3 * out)
    assert words(traced(model, 3, 4)) == ["Linear(4, 4)", "3 x"]


def test_a_trace_survives_json():
    """A trace of a network with everything is the same after JSON."""
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.LeakyReLU(0.2), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3)
    )
    trace = traced(model, 2, 1, 8, 8)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


@pytest.mark.parametrize(
    "line", ["linear 784 -> 256", "leaky_relu 0.01", "max_pool 2", "conv 1 -> 32, kernel 5", "tanh",
             "reshape 128 x 7 x 7", "conv_transposed 128 -> 64, kernel 4, stride 2, padding 1"]
)  # fmt: skip
def test_layers_are_parsed(line):
    """A line of the table has the operation with which it begins."""
    assert parse_layer(line).op == line.split()[0]


@pytest.mark.parametrize("line", ["", "liner 3 -> 4", "linear a -> b", "linear 3 ->"])
def test_a_line_that_is_no_layer_is_refused(line):
    """The message quotes the line."""
    with pytest.raises(ValueError, match="expected"):
        parse_layer(line)
