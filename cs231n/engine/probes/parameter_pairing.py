"""Pair a student's parameters with those of the reference, by shape and never by name.

A *group* holds the tensors that one module owns directly: (weight, bias), or (gamma, beta) with its
buffers. Groups are paired by their shapes, so the order of registration does not matter. The
remaining parameters (of a hand-written class) are paired one by one, transposed where that fits. If
several pairings are possible, all of them are tried; in a hand-written class these include a
transposed square matrix and another order of tensors of the same shape.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, permutations, product
from typing import Any

from torch import Tensor, nn

from cs231n.engine.schema import MAX_PAIRINGS, Group, Slot

UNPAIRED = 1_000  # key of the first tensor that the reference does not have
OF_TORCH = tuple(f"torch.nn.modules.{name}" for name in ("linear", "conv", "batchnorm"))

Owned = tuple[list[Tensor], list[Tensor]]  # parameters and float buffers of one module
Pairs = tuple["Pair", ...] | list["Pair"]


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


def _readings(
    model: nn.Module, groups: list[Owned], table: Sequence[Group], by_group: dict[int, int]
) -> Iterator[list[Pair]]:
    """Yield the ways to pair the tensors inside paired groups, the natural one first.

    A PyTorch layer has only one. Students who write a layer themselves write all layers of its
    kind alike, so the ways that are the same for all groups come first.
    """
    known = {
        id(p)
        for module in model.modules()
        if type(module).__module__ in OF_TORCH
        for p in module.parameters(recurse=False)
    }
    choices: list[list[Pairs]] = []
    for there, here in by_group.items():
        own, slots = groups[here][0], table[there].parameters
        natural = tuple(Pair(p, slot) for p, slot in zip(own, slots, strict=True))
        free = not all(id(p) in known for p in own)
        others = islice(_single_pairings(own, slots), MAX_PAIRINGS) if free else ()
        choices.append([natural, *(o for o in others if _order(o) != _order(natural))])
    most = max(map(len, choices), default=1)
    alike = [tuple(min(i, len(c) - 1) for c in choices) for i in range(most)]
    mixed = product(*(range(len(c)) for c in choices))
    for picked in dict.fromkeys(chain(alike, islice(mixed, 2 * MAX_PAIRINGS))):
        yield [pair for c, i in zip(choices, picked, strict=True) for pair in c[i]]


def _order(pairs: Pairs) -> list[tuple[int, bool]]:
    return [(id(pair.parameter), pair.transposed) for pair in pairs]


def groups_of(model: nn.Module) -> list[Owned]:
    """Return (parameters, float buffers) of each module that owns any, in registration order."""
    seen: set[int] = set()
    groups: list[Owned] = []
    for module in model.modules():
        own: list[Tensor] = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen.update(map(id, own))
        buffers = [b for b in module.buffers(recurse=False) if b.is_floating_point()]
        if own or buffers:
            groups.append((own, buffers))
    return groups


def _default_slot(key: int, parameter: Tensor) -> Slot:
    fan_in = parameter[0].numel() if parameter.ndim > 1 else 0
    return Slot(key, tuple(parameter.shape), 0.0, fan_in**-0.5 if fan_in else 0.3)


def _fits(parameter: Tensor, slot: Slot) -> list[bool]:
    """Return the ways (transposed or not) in which a parameter fits a slot."""
    here, there = _plain(parameter.shape), _plain(slot.shape)
    straight = [False] if here == there else []
    turned = parameter.ndim == len(slot.shape) == 2 and len(here) == 2 and here[::-1] == there
    return straight + ([True] if turned else [])


def _plain(shape: Sequence[int]) -> tuple[int, ...]:
    """Return a shape as (outputs, inputs) without axes of length one.

    A bias (1, n) then equals (n,), and a kernel (c, 25) equals (c, 1, 5, 5).
    """
    first, rest = (shape[0], math.prod(shape[1:])) if len(shape) else (1, 1)
    return tuple(n for n in (first, rest) if n != 1)


def _single_pairings(parameters: list[Tensor], slots: Sequence[Slot]) -> Iterator[Pairs]:
    """Yield all ways to fill every slot with a different parameter, the natural order first."""
    if not slots:
        yield ()
        return
    for index, parameter in enumerate(parameters):
        rest = parameters[:index] + parameters[index + 1 :]
        for transposed in _fits(parameter, slots[0]):
            for tail in _single_pairings(rest, slots[1:]):
                yield (Pair(parameter, slots[0], transposed), *tail)


def _group_pairings(groups: list[Owned], table: Sequence[Group]) -> Iterator[dict[int, int]]:
    """Yield the ways to pair whole groups by their shapes; equal groups in every order."""
    wanted: dict[Any, list[int]] = {}
    for index, group in enumerate(table):
        wanted.setdefault(tuple(slot.shape for slot in group.parameters), []).append(index)
    found: dict[Any, list[int]] = {}
    for index, (own, _) in enumerate(groups):
        found.setdefault(tuple(tuple(p.shape) for p in own), []).append(index)
    choices: list[list[list[tuple[int, int]]]] = []
    for shapes, there in wanted.items():
        here = found.get(shapes, [])
        count = min(len(here), len(there))
        orders: Any = permutations(here, count) if count else [()]
        choices.append([list(zip(there, order, strict=False)) for order in orders])
    for choice in product(*choices):
        yield dict(pair for part in choice for pair in part)


def pairings(model: nn.Module, table: Sequence[Group]) -> Iterator[Pairing]:
    """Yield every sensible way to pair a network with the reference, the likeliest first.

    Args:
        model: the student's network.
        table: the reference's groups.
    Yields:
        At most MAX_PAIRINGS `Pairing`s; if no way fills every slot, one incomplete `Pairing`.
    """
    groups = groups_of(model)
    yield from islice(_pairings(model, groups, table), MAX_PAIRINGS)


def _pairings(model: nn.Module, groups: list[Owned], table: Sequence[Group]) -> Iterator[Pairing]:
    for by_group in _group_pairings(groups, table):
        buffers, used = _buffers(groups, table, by_group), set(by_group.values())
        left = [p for i, (own, _) in enumerate(groups) if i not in used for p in own]
        open_slots = [
            slot for i, group in enumerate(table) if i not in by_group for slot in group.parameters
        ]
        for pairs in _readings(model, groups, table, by_group):
            singles: Pairs | None = None
            for singles in _single_pairings(left, open_slots) if _enough(left, open_slots) else ():
                yield Pairing(_with_rest(pairs, singles, left), buffers, True)
            if singles is None:
                yield Pairing(_with_rest(pairs, _greedy(left, open_slots), left), buffers, False)
                return


def _buffers(
    groups: list[Owned], table: Sequence[Group], by_group: dict[int, int]
) -> dict[Slot, Tensor]:
    """Return the running statistics of paired groups."""
    buffers = {}
    for there, here in by_group.items():
        for slot, buffer in zip(table[there].buffers, groups[here][1], strict=False):
            if tuple(buffer.shape) == slot.shape:
                buffers[slot] = buffer
    return buffers


def _enough(parameters: list[Tensor], slots: list[Slot]) -> bool:
    """Return whether every slot can have a parameter; saves a search that cannot succeed."""
    have = Counter(_class(p.shape) for p in parameters)
    want = Counter(_class(slot.shape) for slot in slots)
    return all(have[shape] >= count for shape, count in want.items())


def _class(shape: Sequence[int]) -> tuple[int, ...]:
    """Return a key that is equal for shapes that fit each other, such as a matrix's transpose."""
    return tuple(sorted(_plain(shape)))


def _greedy(parameters: list[Tensor], slots: list[Slot]) -> list[Pair]:
    """Fill the slots that can be filled, in order."""
    pairs: list[Pair] = []
    left = list(slots)
    for parameter in parameters:
        slot = next((s for s in left if tuple(parameter.shape) == s.shape), None)
        if slot is not None:
            left.remove(slot)
            pairs.append(Pair(parameter, slot))
    return pairs


def _with_rest(pairs: Pairs, singles: Pairs, left: list[Tensor]) -> tuple[Pair, ...]:
    """Return all pairs, and a new slot for each parameter that the reference does not have."""
    taken = {id(pair.parameter) for pair in singles}
    rest = [p for p in left if id(p) not in taken]
    extra = [Pair(p, _default_slot(UNPAIRED + i, p)) for i, p in enumerate(rest)]
    return (*pairs, *singles, *extra)
