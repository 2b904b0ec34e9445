"""Pair a student's parameters with those of the reference, by use and shape, never by name.

Networks of PyTorch's layers are paired group by group. A *group* holds the tensors that one module
owns directly: (weight, bias), or (gamma, beta) with its buffers. Groups are paired by their shapes,
so the order of registration does not matter.

In a network with layers of its own, a forward pass shows which part of which parameter is used, in
which order and on which side of a product: the n-th bias of a size that is used is the n-th of that
size in the reference. So it does not matter whether a kernel is stored as a matrix, a bias as a
further row of the weights, or everything in one vector. Where use does not settle it, parameters
are paired one by one, transposed where that fits, and all pairings that are possible are tried.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, permutations, product
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cs231n.engine.schema import MAX_PAIRINGS, Group, Slot

UNPAIRED = 1_000  # key of the first tensor that the reference does not have
OF_TORCH = tuple(f"torch.nn.modules.{name}" for name in ("linear", "conv", "batchnorm"))

RIGHT = ("matmul", "__matmul__", "mm", "addmm", "dot", "mv")  # x @ W: rows of W are inputs


@dataclass(frozen=True)
class Buffer:
    """A tensor that a module keeps beside its parameters; the module may replace it."""

    module: nn.Module
    name: str

    def get(self) -> Tensor:
        """Return the tensor as it is now."""
        tensor: Tensor = getattr(self.module, self.name)
        return tensor


Owned = tuple[list[Tensor], list[Buffer]]  # parameters and float buffers of one module
Pairs = tuple["Pair", ...] | list["Pair"]


@dataclass(frozen=True)
class View:
    """A part of a parameter, as `torch.as_strided` describes it."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int

    def of(self, tensor: Tensor) -> Tensor:
        """Return this part of a contiguous tensor."""
        return tensor.as_strided(self.size, self.stride, tensor.storage_offset() + self.offset)


@dataclass(frozen=True)
class Pair:
    """One parameter of the student's network with the slot it fills.

    Attributes:
        parameter: the tensor that an optimizer updates.
        slot: of the reference.
        transposed: as a matrix it has rows for the inputs.
        view: the part of the parameter that fills the slot; None for all of it.
    """

    parameter: Tensor
    slot: Slot
    transposed: bool = False
    view: View | None = None

    def write(self, values: Tensor) -> None:
        """Copy the numbers of the slot into the parameter."""
        target = self.parameter.detach()
        target = target if self.view is None else self.view.of(target)
        if self.transposed:
            values = values.reshape(len(values), -1).T
        target.copy_(values.reshape(target.shape))

    def gradient(self) -> Tensor | None:
        """Return the parameter's gradient in the order of the slot's numbers."""
        gradient = self.parameter.grad
        if gradient is not None and self.view is not None:
            gradient = self.view.of(gradient.contiguous())
        if gradient is not None and self.transposed:
            return gradient.reshape(-1, self.slot.shape[0]).T
        return gradient


@dataclass(frozen=True)
class Pairing:
    """One way to read the student's network as the reference.

    Attributes:
        pairs: one for every parameter.
        buffers: slot -> buffer of the student's network.
        complete: every slot of the reference is filled.
    """

    pairs: tuple[Pair, ...]
    buffers: dict[Slot, Buffer]
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
        for p in _parameters(module)
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


def _order(pairs: Pairs) -> frozenset[tuple[int, int, bool, View | None]]:
    return frozenset((p.slot.key, id(p.parameter), p.transposed, p.view) for p in pairs)


def groups_of(model: nn.Module) -> list[Owned]:
    """Return (parameters, float buffers) of each module that owns any, in registration order.

    Parameters that only an overridden `parameters()` lists are the last group.
    """
    seen: set[int] = set()
    groups: list[Owned] = []
    for module in model.modules():
        own = [p for p in _parameters(module) if id(p) not in seen]
        seen.update(map(id, own))
        buffers = _buffers_of(module)
        if own or buffers:
            groups.append((own, buffers))
    more = [p for p in model.parameters() if isinstance(p, Tensor) and id(p) not in seen]
    return groups + ([(list(dict.fromkeys(more)), [])] if more else [])


def _parameters(module: nn.Module) -> list[Tensor]:
    """Return a module's own parameters, even if it overrides `parameters`."""
    return list(dict.fromkeys(p for p in module._parameters.values() if p is not None))


def _buffers_of(module: nn.Module) -> list[Buffer]:
    """Return the float tensors of a module that are no parameters; a hand-written BatchNorm may
    keep its statistics without registering them.
    """
    named = [*module._buffers.items(), *vars(module).items()]
    return [
        Buffer(module, name)
        for name, tensor in named
        if isinstance(tensor, Tensor)
        and not isinstance(tensor, nn.Parameter)
        and not nn.parameter.is_lazy(tensor)
        and tensor.is_floating_point()
        and not tensor.requires_grad
    ]


def _default_slot(key: int, parameter: Tensor) -> Slot:
    fan_in = parameter[0].numel() if parameter.ndim > 1 else 0
    return Slot(key, tuple(parameter.shape), 0.0, fan_in**-0.5 if fan_in else 0.3)


def _fits(parameter: Tensor, slot: Slot) -> list[bool]:
    return _fits_shape(tuple(parameter.shape), slot)


def _fits_shape(shape: tuple[int, ...], slot: Slot) -> list[bool]:
    """Return the ways (transposed or not) in which a parameter of a shape fits a slot."""
    here, there = _plain(shape), _plain(slot.shape)
    straight = [False] if here == there else []
    turned = len(shape) == 2 and len(here) == 2 and here[::-1] == there
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


def pairings(
    model: nn.Module, table: Sequence[Group], inputs: Sequence[Tensor] = ()
) -> Iterator[Pairing]:
    """Yield every sensible way to pair a network with the reference, the likeliest first.

    Args:
        model: the student's network.
        table: the reference's groups.
        inputs: each is tried for a pass that shows in which order the network uses its parameters;
            a network of PyTorch's layers that can be paired in one way only needs no such pass.
    Yields:
        At most MAX_PAIRINGS `Pairing`s; if no way fills every slot, one incomplete `Pairing`.
    """
    groups = groups_of(model)
    found = list(islice(_pairings(model, groups, table), MAX_PAIRINGS))
    if _is_settled(model, found):
        yield from found
        return
    by_use = _by_use(model, groups, table, uses_of(model, inputs))
    seen = {_order(pairing.pairs) for pairing in by_use}
    others = [p for p in found if _order(p.pairs) not in seen and (p.complete or not by_use)]
    yield from islice(chain(by_use, others), MAX_PAIRINGS)


def _is_settled(model: nn.Module, found: list[Pairing]) -> bool:
    """Return whether shapes alone pair a network of PyTorch's layers in one way."""
    own = [p for m in model.modules() if type(m).__module__ not in OF_TORCH for p in _parameters(m)]
    listed = {id(p) for m in model.modules() for p in _parameters(m)}
    extra = [p for p in model.parameters() if id(p) not in listed]
    return not own and not extra and len(found) == 1


# --- by use ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A parameter, or a part of it, as an operation receives it.

    Attributes:
        parameter: the whole.
        view: the part.
        right: it is the right factor of a product, so its rows are inputs.
    """

    parameter: Tensor
    view: View
    right: bool = False


class _Uses(TorchFunctionMode):
    """Note which parts of parameters operations receive, in order."""

    def __init__(self, model: nn.Module):
        super().__init__()
        tensors = [p for own, _ in groups_of(model) for p in own]
        self._owners = {p.untyped_storage().data_ptr(): p for p in tensors if p.is_contiguous()}
        self.found: dict[tuple[object, ...], Use] = {}

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        result = func(*args, **kwargs)
        if name == "__get__" or name.startswith("__set") or name in ("size", "dim", "stride"):
            return result
        operands = [t for t in _tensors([*args, *kwargs.values()]) if self._owner(t) is not None]
        made = next(iter(_tensors([result])), None)
        if operands and made is not None and self._owner(made) is None:
            for operand in operands:
                self._add(operand, name in RIGHT and operand is not args[0])
        return result

    def _owner(self, tensor: Tensor) -> Tensor | None:
        try:
            return self._owners.get(tensor.untyped_storage().data_ptr())
        except RuntimeError:
            return None

    def _add(self, tensor: Tensor, right: bool) -> None:
        owner = self._owner(tensor)
        assert owner is not None
        axes = [axis for axis, stride in enumerate(tensor.stride()) if stride]  # not repeated ones
        view = View(
            tuple(tensor.shape[axis] for axis in axes),
            tuple(tensor.stride(axis) for axis in axes),
            int(tensor.storage_offset()) - int(owner.storage_offset()),
        )
        key = (id(owner), view.offset, *sorted(zip(view.stride, view.size, strict=True)))
        self.found.setdefault(key, Use(owner, view, right))


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)


def uses_of(model: nn.Module, inputs: Sequence[Tensor]) -> list[Use]:
    """Return which parts of its parameters a network uses, in the order of its forward pass.

    Args:
        model: the student's network; it is run.
        inputs: each is tried until one works.
    """
    for leaf in inputs:
        uses = _Uses(model)
        try:
            with torch.no_grad(), uses:
                model(leaf.detach().clone())
        except Exception:  # a network for one fixed batch size; the probe reports other errors
            continue
        return list(uses.found.values())
    return []


def _by_use(
    model: nn.Module, groups: list[Owned], table: Sequence[Group], uses: list[Use]
) -> list[Pairing]:
    """Return the pairings that the order of use leads to: none or one, or two where a further row
    of a matrix holds a bias, which may be the last or the first.
    """
    slots = [slot for group in table for slot in group.parameters]
    parameters = [p for own, _ in groups for p in own]
    buffers = _buffers_by_order(groups, table)
    found = []
    for last in (True, False):
        parts = _with_split_biases(uses, slots, last)
        pairs = _match(parts, slots)
        if pairs is not None:
            taken = {id(pair.parameter) for pair in pairs}
            rest = [p for p in parameters if id(p) not in taken]
            found.append(Pairing(_with_rest(pairs, (), rest), buffers, True))
        if parts == uses:
            break
    return found


def _match(uses: list[Use], slots: list[Slot]) -> list[Pair] | None:
    """Return the n-th use of each class of shapes with the n-th slot of that class."""
    by_class: dict[tuple[int, ...], list[Use]] = {}
    for use in uses:
        by_class.setdefault(_class(use.view.size), []).append(use)
    wanted = Counter(_class(slot.shape) for slot in slots)
    if any(len(by_class.get(shape, ())) != count for shape, count in wanted.items()):
        return None
    pairs = []
    for slot in slots:
        use = by_class[_class(slot.shape)].pop(0)
        ways = _fits_shape(use.view.size, slot)
        if not ways:
            return None
        transposed = ways[0] if len(ways) == 1 else use.right
        whole = use.view == View(tuple(use.parameter.shape), use.parameter.stride(), 0)
        pairs.append(Pair(use.parameter, slot, transposed, None if whole else use.view))
    return pairs


def _with_split_biases(uses: list[Use], slots: list[Slot], last: bool) -> list[Use]:
    """Return the uses, with a matrix that has one row too many as a matrix and a vector."""
    classes = {_class(slot.shape) for slot in slots}
    found = []
    for use in uses:
        size, stride, offset = use.view.size, use.view.stride, use.view.offset
        axis = next(
            (
                a for a in (0, 1)
                if len(size) == 2 and _class(size) not in classes
                and _class([n - (i == a) for i, n in enumerate(size)]) in classes
            ),
            None,
        )  # fmt: skip
        if axis is None:
            found.append(use)
            continue
        less = tuple(n - (i == axis) for i, n in enumerate(size))
        after = stride[axis] * (size[axis] - 1)
        matrix = View(less, stride, offset if last else offset + stride[axis])
        vector = View((size[1 - axis],), (stride[1 - axis],), offset + (after if last else 0))
        found += [Use(use.parameter, matrix, use.right), Use(use.parameter, vector)]
    return found


def _buffers_by_order(groups: list[Owned], table: Sequence[Group]) -> dict[Slot, Buffer]:
    """Return the running statistics of all layers, the n-th of a size with the n-th of that size.

    A mean starts at 0 and a variance at 1, which tells them apart.
    """
    found: dict[Slot, Buffer] = {}
    left = [buffer for _, own in groups for buffer in own]
    for slot in (slot for group in table for slot in group.buffers):
        fitting = [b for b in left if _plain(b.get().shape) == _plain(slot.shape)]
        likely = [b for b in fitting if bool((b.get() == slot.mean).all())]
        for buffer in (likely or fitting)[:1]:
            found[slot] = buffer
            left.remove(buffer)
    return found


# --- by shape -------------------------------------------------------------------------------------


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
) -> dict[Slot, Buffer]:
    """Return the running statistics of paired groups."""
    buffers: dict[Slot, Buffer] = {}
    for there, here in by_group.items():
        for slot, buffer in zip(table[there].buffers, groups[here][1], strict=False):
            if tuple(buffer.get().shape) == slot.shape:
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
