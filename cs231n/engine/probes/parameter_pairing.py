"""Pair a student's parameters with those of the reference, by shape and never by name.

A *group* is what one module owns directly: (weight, bias), or (gamma, beta) with its buffers.
Groups are paired by their shapes, so the order of registration does not matter. What is left
(raw parameters of a hand-written class) is paired one by one, transposed where that fits, and
where several pairings are possible each of them is tried. So are, in a group of a hand-written
class, a square matrix transposed and tensors of one shape in another order.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice, permutations, product
from typing import TYPE_CHECKING

from cs231n.engine.schema import PAIRINGS

if TYPE_CHECKING:  # the judge uses a constant of this file and does without torch
    from torch import Tensor, nn

UNPAIRED = 1_000  # key of the first tensor that the reference does not have
OF_TORCH = tuple(f"torch.nn.modules.{name}" for name in ("linear", "conv", "batchnorm"))


@dataclass(frozen=True)
class Slot:
    """One parameter of the reference: its key in the stream, shape, mean and scale."""

    key: int
    shape: tuple[int, ...]
    mean: float
    std: float


@dataclass(frozen=True)
class Pair:
    """One parameter of the student's network with the slot it fills, transposed or not."""

    parameter: Tensor
    slot: Slot
    transposed: bool = False


@dataclass(frozen=True)
class Pairing:
    """One way to read the student's network as the reference.

    Attributes:
        pairs: one for every parameter.
        buffers: slot -> float buffer of the student's network.
        complete: every slot of the reference is filled.
    """

    pairs: tuple[Pair, ...]
    buffers: dict[Slot, Tensor]
    complete: bool


def _readings(model: nn.Module, groups: list, table: list, by_group: dict):
    """Ways to pair the tensors inside of paired groups, the natural one first.

    A layer of PyTorch's has one. Somebody who writes a layer himself writes all of its kind alike,
    so the readings that are the same everywhere come first.
    """
    known = {
        id(p)
        for module in model.modules()
        if type(module).__module__ in OF_TORCH
        for p in module.parameters(recurse=False)
    }
    choices = []
    for there, here in by_group.items():
        own, slots = groups[here][0], _slots(table[there]["parameters"])
        natural = tuple(Pair(p, slot) for p, slot in zip(own, slots, strict=True))
        free = not all(id(p) in known for p in own)
        others = islice(_single_pairings(own, slots), PAIRINGS) if free else ()
        choices.append([natural, *(o for o in others if _order(o) != _order(natural))])
    most = max(map(len, choices), default=1)
    alike = [tuple(min(i, len(c) - 1) for c in choices) for i in range(most)]
    mixed = product(*(range(len(c)) for c in choices))
    for picked in dict.fromkeys(chain(alike, islice(mixed, 2 * PAIRINGS))):
        yield [pair for c, i in zip(choices, picked, strict=True) for pair in c[i]]


def _order(pairs) -> list[tuple]:
    return [(id(pair.parameter), pair.transposed) for pair in pairs]


def groups_of(model: nn.Module) -> list[tuple[list[Tensor], list[Tensor]]]:
    """(parameters, float buffers) of each module that owns any, in order of registration."""
    seen, groups = set(), []
    for module in model.modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen.update(map(id, own))
        buffers = [b for b in module.buffers(recurse=False) if b.is_floating_point()]
        if own or buffers:
            groups.append((own, buffers))
    return groups


def _slots(table: list) -> list[Slot]:
    return [Slot(key, tuple(shape), mean, std) for key, shape, mean, std in table]


def _default_slot(key: int, parameter: Tensor) -> Slot:
    fan_in = parameter[0].numel() if parameter.ndim > 1 else 0
    return Slot(key, tuple(parameter.shape), 0.0, fan_in**-0.5 if fan_in else 0.3)


def _fits(parameter: Tensor, slot: Slot) -> list[bool]:
    """The ways (transposed or not) in which a parameter fits a slot."""
    here, there = _plain(parameter.shape), _plain(slot.shape)
    straight = [False] if here == there else []
    turned = parameter.ndim == len(slot.shape) == 2 and len(here) == 2 and here[::-1] == there
    return straight + ([True] if turned else [])


def _plain(shape) -> tuple[int, ...]:
    """A shape without what is a matter of taste: a bias (1, n), a kernel (c, 25) for (c, 1, 5, 5).

    One axis for what comes out, one for all that goes in, none of length one.
    """
    first, rest = (shape[0], math.prod(shape[1:])) if len(shape) else (1, 1)
    return tuple(n for n in (first, rest) if n != 1)


def _single_pairings(parameters: list[Tensor], slots: list[Slot]):
    """All ways to fill every slot with a parameter of its own, the natural order first."""
    if not slots:
        yield ()
        return
    for index, parameter in enumerate(parameters):
        rest = parameters[:index] + parameters[index + 1 :]
        for transposed in _fits(parameter, slots[0]):
            for tail in _single_pairings(rest, slots[1:]):
                yield (Pair(parameter, slots[0], transposed), *tail)


def _group_pairings(groups: list, table: list):
    """Ways to pair whole groups by their shapes; equal groups are tried in every order."""
    wanted: dict[tuple, list[int]] = {}
    for index, group in enumerate(table):
        wanted.setdefault(tuple(tuple(s[1]) for s in group["parameters"]), []).append(index)
    found: dict[tuple, list[int]] = {}
    for index, (own, _) in enumerate(groups):
        found.setdefault(tuple(tuple(p.shape) for p in own), []).append(index)
    choices = []
    for shapes, there in wanted.items():
        here = found.get(shapes, [])
        count = min(len(here), len(there))
        orders = permutations(here, count) if count else [()]
        choices.append([list(zip(there, order, strict=False)) for order in orders])
    for choice in product(*choices):
        yield dict(pair for part in choice for pair in part)


def pairings(model: nn.Module, table: list[dict]):
    """Every sensible way to read `model` as the reference, the likeliest first.

    Args:
        model: the student's network.
        table: the reference's groups: {"parameters": [[key, shape, mean, std], ...],
            "buffers": likewise}.
    Yields:
        At most PAIRINGS `Pairing`s; if no way fills every slot, one incomplete `Pairing`.
    """
    groups = groups_of(model)
    yield from islice(_pairings(model, groups, table), PAIRINGS)


def _pairings(model, groups, table):
    for by_group in _group_pairings(groups, table):
        buffers, used = _buffers(groups, table, by_group), set(by_group.values())
        left = [p for i, (own, _) in enumerate(groups) if i not in used for p in own]
        open_slots = [
            slot
            for i, group in enumerate(table)
            if i not in by_group
            for slot in _slots(group["parameters"])
        ]
        for pairs in _readings(model, groups, table, by_group):
            singles = None
            for singles in _single_pairings(left, open_slots) if _enough(left, open_slots) else ():
                yield Pairing(_with_rest(pairs, singles, left), buffers, True)
            if singles is None:
                yield Pairing(_with_rest(pairs, _greedy(left, open_slots), left), buffers, False)
                return


def _buffers(groups, table, by_group) -> dict[Slot, Tensor]:
    """Running statistics of paired groups."""
    buffers = {}
    for there, here in by_group.items():
        for slot, buffer in zip(_slots(table[there]["buffers"]), groups[here][1], strict=False):
            if tuple(buffer.shape) == slot.shape:
                buffers[slot] = buffer
    return buffers


def _enough(parameters: list[Tensor], slots: list[Slot]) -> bool:
    """Whether there is a parameter for every slot; spares the search where there is not."""
    have = Counter(_class(p.shape) for p in parameters)
    want = Counter(_class(slot.shape) for slot in slots)
    return all(have[shape] >= count for shape, count in want.items())


def _class(shape) -> tuple:
    """What may stand for each other: a matrix and its transpose, else the same plain shape."""
    return tuple(sorted(_plain(shape)))


def _greedy(parameters: list[Tensor], slots: list[Slot]) -> list[Pair]:
    """Fill the slots that can be filled, in order."""
    pairs, left = [], list(slots)
    for parameter in parameters:
        slot = next((s for s in left if tuple(parameter.shape) == s.shape), None)
        if slot is not None:
            left.remove(slot)
            pairs.append(Pair(parameter, slot))
    return pairs


def _with_rest(pairs, singles, left) -> tuple[Pair, ...]:
    """All pairs, and a slot of its own for each parameter that the reference does not have."""
    taken = {id(pair.parameter) for pair in singles}
    rest = [p for p in left if id(p) not in taken]
    extra = [Pair(p, _default_slot(UNPAIRED + i, p)) for i, p in enumerate(rest)]
    return (*pairs, *singles, *extra)
