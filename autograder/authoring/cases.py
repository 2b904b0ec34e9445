"""Make the cases of each task from its table in `assignment.toml`.

Public cases ship with the assignment; hidden ones differ in seeds, sizes and arguments.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from autograder.config import Task
from cs231n.engine.schema import (
    AdversarialCase,
    Case,
    Group,
    LossCase,
    NetworkCase,
    NoiseCase,
    OptimizerCase,
    Slot,
    Stream,
    Values,
)

Inputs = tuple[Values | Stream, ...]

REPEATS = 10  # passes or calls before the one that is compared
TRAINING_BATCH = 128
STEPS = 12  # of an optimizer, after the first three
TRAINED_BATCHES = [20, 27, 33, 50, 64, 100, 200, 300]  # of hidden cases without gradients
SMALLER_BATCHES = [20, 24, 27, 33, 40, 50, 64, 21]  # for networks that take long
SCORES = [2, 20, 128, 37, 64, 300, 100, 200]  # of a hidden case of a loss
FIRST_SCALES = [(1e-7, 1.0, 1e-2), (1e-7, 0.1, 3.0), (1e-6, 1e-3, 0.5)]  # of gradients
INPUT = 50  # key of a network's input in the stream; its parameters have lower ones
# side condition -> scores at which careless formulas overflow
LARGE = {
    "unstable_30": [30.0, -30.0, 12.0, -25.0, 7.5, -7.5, 0.5],
    "unstable_1000": [1000.0, -1000.0, 200.0, -500.0, 0.5],
}


def public_cases(task: Task, seed: int) -> list[Case]:
    """Return the cases that students get.

    Args:
        task: with its probe table.
        seed: start of the frozen streams.
    """
    return MAKERS[task.kind](task, seed, None)


def hidden_case(task: Task, seed: int, index: int) -> list[Case]:
    """Return the cases of one entry of the hidden pool; `index` also picks sizes and arguments."""
    return [replace(case, hidden=True) for case in MAKERS[task.kind](task, seed, index)]


def _id(task: Task, label: str) -> str:
    return f"{task.name}.{label}"


def _pick(options: Sequence[Any], index: int | None) -> Any:
    """Return the first option for the public case, and the others in turn for hidden ones."""
    return options[0] if index is None else options[1:][index % max(1, len(options) - 1)]


def _pick_mixed(options: Sequence[Any], index: int | None) -> Any:
    """Return what `_pick` does, but all options for even and for odd hidden cases."""
    return _pick(options, None if index is None else index * 3 // 2)


def _label(index: int | None) -> str:
    return "public" if index is None else f"hidden{index:02d}"


def _network(task: Task, seed: int, index: int | None) -> list[Case]:
    probe = task.probe
    options = probe.args if len(probe.args) > 1 else probe.args * 2
    args = _pick_mixed(options, index)
    batch = probe.batches[0] + _pick([0, 1, 2, 3], index)
    backward = index is None or index % 2 == 0  # gradients in every other hidden case
    if index is not None and not backward:
        slow = probe.batches[0] > 6 or "batch" in args
        sizes = SMALLER_BATCHES if slow else TRAINED_BATCHES
        batch = sizes[index // 2 % len(sizes)]
    shape = probe.input or (_pick_mixed(probe.widths or [each[0] for each in options], index),)
    case = NetworkCase(
        id=_id(task, _label(index)),
        function=task.name,
        seed=seed,
        args=tuple(args),
        batches=(batch, *probe.batches[1:]),
        # one seed for inputs and weights: a block of numbers takes longer to draw than a small pass
        input=Stream(seed=seed, key=INPUT, shape=shape, mean=0.0, std=0.57),
        scores=probe.scores,
        backward=backward,
        partial=index is not None,
        repeat=REPEATS if index is None else 0,
        observe_once=index is None,
        defaults=probe.default_width if index is None and not probe.stubs else None,
        part=probe.part,
        children=probe.children,
    )
    cases = _with_stubs(task, case)
    if index is None:  # size and inputs of training, and larger values
        training = replace(
            case, id=_id(task, "public.training"), batches=probe.batches[1:],
            partial=True, plain=True, wide=True, repeat=0, observe_once=False, defaults=None,
        )  # fmt: skip
        cases += _with_stubs(task, training)
        if probe.default_width is not None and probe.stubs:
            cases += _without_arguments(task, training)
    return cases


def _with_stubs(task: Task, case: NetworkCase) -> list[Case]:
    """Return a case, and the one with stubs for other functions that may replace it."""
    stubs = dict(task.probe.stubs)
    if not stubs:
        return [case]
    apart = replace(
        case, id=f"{case.id}.apart", stubs=stubs, instead_of=case.id, observe_once=False, repeat=0
    )
    return [case, apart]


def _without_arguments(task: Task, case: NetworkCase) -> list[Case]:
    """Return the side condition that default arguments are those of the assignment."""
    probe = task.probe
    bare = replace(
        case,
        id=_id(task, "public.defaults"),
        args=(),
        batches=probe.batches,
        backward=False,
        partial=False,
        plain=False,
        wide=False,
        input=replace(case.input, shape=(probe.default_width,)),
        part=None,
        children=None,
        side_condition="wrong_defaults",
    )
    return _with_stubs(task, bare)


def _loss(task: Task, seed: int, index: int | None) -> list[Case]:
    names = task.probe.arguments

    def values(lists: Iterable[Sequence[float]], dtype: str = "float32") -> Inputs:
        return tuple(Values(tuple((float(v),) for v in column), dtype) for column in lists)

    def drawn(*shapes: tuple[int, ...], std: float, dtype: str = "float32") -> Inputs:
        each = shapes if len(shapes) > 1 else shapes * len(names)
        return tuple(
            Stream(seed, key, shape, 0.3 * key, std, dtype)
            for key, shape in zip(range(len(names)), each, strict=False)
        )

    def case(label: str, inputs: Inputs, **fields: Any) -> Case:
        name = _id(task, f"{_label(index)}.{label}")
        return LossCase(id=name, function=task.name, arguments=names, inputs=inputs, **fields)

    if index is not None:
        count, std = _pick([0, *SCORES], index), _pick([0, 0.7, 1.5, 3.0], index)
        return [case("scores", drawn((count, 1), std=std))]
    scores = drawn((7, 1), std=1.5)
    printed = [task.probe.given[name] for name in names] if task.probe.classic else []
    cases = [case("classic", values(printed))] if printed else []
    cases.append(case("scores", scores, repeat=REPEATS))
    cases.append(case("batch", drawn((TRAINING_BATCH, 1), std=1.5)))
    cases += [
        case(code, values([large] * len(names)), side_condition=code)
        for code, large in LARGE.items()
    ]
    double = drawn((7, 1), std=1.5, dtype="float64")
    cases += [
        case("float64", double, side_condition="remark_float64"),
        case("device", scores, device="meta", side_condition="remark_device"),
        case("flat", drawn((7,), std=1.5), side_condition="remark_flat"),
    ]
    if len(names) > 1:
        unequal = drawn((6, 1), (9, 1), std=1.5)
        cases.append(case("unequal", unequal, side_condition="remark_unequal"))
    return cases


def _noise(task: Task, seed: int, index: int | None) -> list[Case]:
    probe = task.probe
    count = 40 if index is None else 12
    return [
        NoiseCase(
            id=_id(task, _label(index)),
            function=task.name,
            seed=seed,
            large=_pick([(250, 200), (77, 160), (128, 96), (256, 48)], index),
            small=_pick([(3, 4), (2, 5), (7, 3)], index),
            draws=200 if index is None else 50,
            seeds=tuple(seed + 1 + i for i in range(count)) if probe.seeds else (),
            distribution=probe.distribution,
            device="meta" if probe.device else None,
        )
    ]


def _optimizer(task: Task, seed: int, index: int | None) -> list[Case]:
    return [
        OptimizerCase(
            id=_id(task, _label(index)),
            function=task.name,
            seed=seed,
            sizes=_pick([(6, 5, 3), (4, 7, 2), (9, 3, 3)], index),
            scales=_pick(FIRST_SCALES, index) + ((0.1,) * STEPS if index is None else ()),
            requirement=task.probe.requirement,
        )
    ]


# side condition -> fields of its case that differ from those of the plain one
SIDE_CONDITIONS: dict[str, dict[str, Any]] = {
    "own_criterion": {"criterion": "squares"},
    "fixed_device": {"device": "meta"},
    "remark_float64": {"dtype": "float64"},
    "remark_unequal": {"extra": 3},
}


def _adversarial(task: Task, seed: int, index: int | None) -> list[Case]:
    probe = task.probe
    criteria = ["cross_entropy", "squares", "product", "sum"]

    def case(label: str, count: int, z_dim: int, **fields: Any) -> Case:
        return AdversarialCase(
            id=_id(task, f"{_label(index)}.{label}"),
            function=task.name,
            seed=seed,
            arguments=probe.arguments,
            trains=probe.trains,
            spares=probe.spares,
            stubs=dict(probe.stubs),
            distribution=probe.distribution,
            partner=probe.partner,
            partner_arguments=probe.partner_arguments,
            count=count,
            z_dim=z_dim,
            im_dim=_pick([12, 7, 30], index),
            **{"criterion": "cross_entropy", **fields},
        )

    if index is not None:
        count, z_dim = _pick([0, 1, 2, 5, 16, 128], index), _pick([0, 3, 64, 10], index)
        return [case("value", count, z_dim, criterion=_pick(["", *criteria], index))]
    cases = [case("value", 6, 5, repeat=REPEATS), case("one", 1, 9)]
    cases.append(case("noise", 500, 16, draws=2))
    for code, fields in SIDE_CONDITIONS.items():
        if code != "remark_unequal" or "real" in probe.arguments:
            cases.append(case(code, 6, 5, side_condition=code, **fields))
    return cases


MAKERS: dict[str, Callable[[Task, int, int | None], list[Case]]] = {
    "network": _network,
    "loss": _loss,
    "noise": _noise,
    "optimizer": _optimizer,
    "adversarial": _adversarial,
}


def weight_table(model: nn.Module) -> tuple[Group, ...]:
    """Return the reference's parameters and buffers, with the scale to fill each with.

    Scaled by fan-in, so that activations stay in a range where every mistake shows: no layer of
    dead ReLUs, no saturated Tanh (a test holds that).

    Returns:
        A group for each module that owns parameters.
    """
    groups, key = [], 0
    for module in model.modules():
        slots: dict[str, list[Slot]] = {"parameters": [], "buffers": []}
        for kind, tensors in (
            ("parameters", module.named_parameters(recurse=False)),
            ("buffers", module.named_buffers(recurse=False)),
        ):
            for name, tensor in tensors:
                if tensor.is_floating_point():
                    slots[kind].append(
                        Slot(key, tuple(tensor.shape), *_scale(module, name, tensor))
                    )
                    key += 1
        if slots["parameters"]:
            groups.append(Group(tuple(slots["parameters"]), tuple(slots["buffers"])))
    return tuple(groups)


def _scale(module: nn.Module, name: str, tensor) -> tuple[float, float]:
    if tensor.ndim > 1:
        fan_in = tensor[0].numel()
        if isinstance(module, nn.ConvTranspose2d):
            stride = module.stride[0] * module.stride[1]
            fan_in = tensor.shape[0] * tensor[0, 0].numel() / stride
        return 0.0, round(1.3 / math.sqrt(fan_in), 6)
    table = {"weight": (1.0, 0.25), "running_var": (1.0, 0.2)}  # of BatchNorm
    return table.get(name, (0.0, 0.25))
