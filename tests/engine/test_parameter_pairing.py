"""Parameters are paired by shape, never by name or by order of registration."""

import pytest
import torch
from torch import nn

from autograder.authoring.cases import weight_table
from cs231n.engine.probes.parameter_pairing import groups_of, pairings
from cs231n.engine.schema import MAX_PAIRINGS

REFERENCE = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
TABLE = weight_table(REFERENCE)


def keys(pairing, model):
    """Slot key of each parameter of `model`, by its name."""
    by_id = {id(pair.parameter): pair.slot.key for pair in pairing.pairs}
    return {name: by_id[id(p)] for name, p in model.named_parameters()}


def test_pairings_follow_shapes_when_layers_are_registered_in_another_order():
    """A class that registers its last layer first gets the same weights in the same places."""

    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.c, self.b, self.a = nn.Linear(4, 1), nn.Linear(4, 4), nn.Linear(5, 4)

    model = Backwards()
    (pairing,) = pairings(model, TABLE)
    assert pairing.complete
    found = keys(pairing, model)
    assert [found[n] for n in ("a.weight", "b.weight", "b.bias", "c.bias")] == [0, 2, 3, 5]


def test_pairings_take_raw_parameters_transposed():
    """`x @ W + b` with W of shape (in, out) is the same function as a Linear layer."""

    class Raw(nn.Module):
        def __init__(self):
            super().__init__()
            self.w1, self.b1 = nn.Parameter(torch.ones(5, 4)), nn.Parameter(torch.ones(4))

    (pairing,) = pairings(Raw(), weight_table(nn.Sequential(nn.Linear(5, 4))))
    assert pairing.complete
    assert [pair.transposed for pair in pairing.pairs] == [True, False]


def test_pairings_try_every_reading_where_several_are_possible():
    """Raw square matrices and equal biases can be read in several ways; all are tried, up to a
    limit."""

    class Raw(nn.Module):
        def __init__(self):
            super().__init__()
            for name, shape in (("u", (4, 4)), ("v", (4, 4)), ("a", (4,)), ("b", (4,))):
                self.register_parameter(name, nn.Parameter(torch.ones(shape)))

    table = weight_table(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))
    found = list(pairings(Raw(), table))
    assert len(found) == MAX_PAIRINGS
    assert all(p.complete for p in found)


def test_pairings_of_equal_layers_are_tried_in_every_order():
    """Two layers of one shape may be registered in either order."""
    table = weight_table(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))
    assert len(list(pairings(nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]), table))) == 2


@pytest.mark.parametrize("count", [3, 40])
def test_pairings_are_incomplete_where_a_layer_is_missing(count):
    """Without a way to fill every slot there is one incomplete pairing, found without a search."""
    model = nn.ParameterList([nn.Parameter(torch.ones(4)) for _ in range(count)])
    (pairing,) = pairings(model, TABLE)
    assert not pairing.complete
    assert len(pairing.pairs) == count


def test_groups_count_a_shared_parameter_once():
    """Weights that two layers share are one parameter."""
    first, second = nn.Linear(4, 4), nn.Linear(4, 4)
    second.weight = first.weight
    shapes = [len(own) for own, _ in groups_of(nn.Sequential(first, second))]
    assert shapes == [2, 1]


class Affine(nn.Module):
    """Layers that keep all of their numbers in one vector, or each bias as a row of its matrix."""

    def __init__(self, rows: bool):
        super().__init__()
        self.rows = rows
        self.c = nn.Parameter(torch.zeros(5, 1))
        self.b = nn.Parameter(torch.zeros(5, 4))
        self.a = nn.Parameter(torch.zeros(10, 4)) if rows else nn.Parameter(torch.zeros(40))

    def forward(self, x):
        ones = x.new_ones(len(x), 1)
        x = torch.cat([x, ones], 1) @ self.a if self.rows else self._by_parts(x)
        x = torch.cat([x.relu(), ones], 1) @ self.b
        return torch.cat([x.relu(), ones], 1) @ self.c

    def _by_parts(self, x):
        return nn.functional.linear(x, self.a[:36].view(4, 9), self.a[36:])


@pytest.mark.parametrize("rows", [True, False])
def test_pairings_follow_the_order_of_use(rows):
    """Parts of parameters fill slots, in the order in which a pass uses them."""
    model, x = Affine(rows), torch.randn(3, 9)
    layers = nn.Linear(9, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1)
    reference = nn.Sequential(*layers)
    pairing = next(pairings(model, weight_table(reference), (x,)))
    assert pairing.complete
    with torch.no_grad():
        numbers = {}
        for pair in pairing.pairs:
            numbers[pair.slot.key] = torch.randn(pair.slot.shape)
            pair.write(numbers[pair.slot.key])
        for key, parameter in enumerate(reference.parameters()):
            parameter.copy_(numbers[key])
    assert torch.allclose(model(x), reference(x), atol=1e-6)
    model(x).sum().backward()
    reference(x).sum().backward()
    wanted = [parameter.grad for parameter in reference.parameters()]
    for pair in pairing.pairs:
        assert torch.allclose(pair.gradient().reshape(-1), wanted[pair.slot.key].reshape(-1))


def test_pairings_of_a_norm_follow_use_although_registration_differs():
    """Gamma is multiplied first, whatever is registered first; buffers go by initial values."""

    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.beta, self.gamma = nn.Parameter(torch.zeros(4)), nn.Parameter(torch.ones(4))
            self.register_buffer("v", torch.ones(1, 4))
            self.register_buffer("m", torch.zeros(1, 4))

        def forward(self, x):
            return (x - x.mean(0)) / (
                x.var(0, unbiased=False) + 1e-5
            ).sqrt() * self.gamma + self.beta

    model = Norm()
    table = weight_table(nn.BatchNorm1d(4))
    pairing = next(pairings(model, table, (torch.randn(3, 4),)))
    found = {pair.slot.key: pair.parameter for pair in pairing.pairs}
    assert found[0] is model.gamma and found[1] is model.beta
    assert {slot.key: buffer.name for slot, buffer in pairing.buffers.items()} == {2: "m", 3: "v"}
