"""Make the cases of each task from its table in `assignment.toml`.

A case is a probe (cs231n/engine/probes/) with an id. Students get the public cases; the hidden
cases differ in seeds, sizes and arguments.
"""

import math

from torch import nn

from autograder.config import Task

INPUT = 50  # key of a network's input in the stream; its parameters have lower ones
# role -> scores: cases of their own, with scores at which careless formulas overflow
LARGE = {
    "unstable_30": [30.0, -30.0, 12.0, -25.0, 7.5, -7.5, 0.5],
    "unstable_1000": [1000.0, -1000.0, 200.0, -500.0, 0.5],
}


def public_cases(task: Task, seed: int) -> list[dict]:
    """Return the cases that students get.

    Args:
        task: with its probe table.
        seed: int: start of the frozen streams.
    """
    return MAKERS[task.kind](task, seed, None)


def hidden_case(task: Task, seed: int, index: int) -> list[dict]:
    """Return one entry of the hidden case pool; `index` also selects sizes and arguments."""
    return [{**case, "hidden": True} for case in MAKERS[task.kind](task, seed, index)]


def _case(task: Task, label: str, **fields) -> dict:
    return {"id": f"{task.name}.{label}", "function": task.name, "kind": task.kind, **fields}


def _pick(options: list, index: int | None):
    """The first for the public case; the others in turn for the hidden ones."""
    return options[0] if index is None else options[1:][index % max(1, len(options) - 1)]


def _label(index: int | None) -> str:
    return "public" if index is None else f"hidden{index:02d}"


def _network(task: Task, seed: int, index: int | None) -> list[dict]:
    probe = task.probe
    options = [list(args) for args in probe.args] * (2 if len(probe.args) == 1 else 1)
    args = _pick(options, index)
    batch, training = probe.batches[0] + _pick([0, 1, 2, 3], index), list(probe.batches[1:])
    shape = list(probe.input) or [_pick(list(probe.widths) or [o[0] for o in options], index)]
    # one seed for inputs and weights: a block of numbers takes longer to draw than a small pass
    given = {"seed": seed, "key": INPUT, "shape": shape, "mean": 0.0, "std": 0.57}
    fields = {"args": args, "batches": [batch, *training], "input": given}
    fields["scores"] = probe.scores
    fields["backward"] = index is None or index % 2 == 0  # gradients in every other hidden case
    inner = {"part": probe.part, "children": probe.children}
    fields |= {name: value for name, value in inner.items() if value is not None}
    cases = [_case(task, _label(index), seed=seed, aside=index is None, **fields)]
    if probe.stubs:
        apart = {"stand_ins": dict(probe.stubs), "instead_of": cases[0]["id"]}
        cases.append(_case(task, f"{_label(index)}.apart", seed=seed, **fields, **apart))
    if index is None:  # the size that training uses; over so many images no gradient is steady
        fields |= {"batches": training, "backward": False}
        cases.append(_case(task, "public.training", seed=seed, **fields))
        if probe.stubs:
            apart = {**apart, "instead_of": cases[-1]["id"]}
            cases.append(_case(task, "public.training.apart", seed=seed, **fields, **apart))
        if probe.default_width is not None:
            cases += _without_arguments(task, seed, fields)
    return cases


def _without_arguments(task: Task, seed: int, fields: dict) -> list[dict]:
    """A side condition that everybody meets: the default values are those of the text."""
    probe, role = task.probe, "wrong_defaults"
    given = {**fields["input"], "shape": [probe.default_width]}
    fields = {n: field for n, field in fields.items() if n not in ("part", "children")}
    fields |= {"args": [], "batches": list(probe.batches), "input": given, "role": role}
    cases = [_case(task, "public.defaults", seed=seed, **fields)]
    if probe.stubs:
        apart = {"stand_ins": dict(probe.stubs), "instead_of": cases[0]["id"]}
        cases.append(_case(task, "public.defaults.apart", seed=seed, **fields, **apart))
    return cases


def _loss(task: Task, seed: int, index: int | None) -> list[dict]:
    probe, names = task.probe, list(task.probe.arguments)

    def given(values=None, **fields) -> list[dict]:
        specs = []
        for key, name in enumerate(names):
            own = {"values": [[v] for v in values or probe.given[name]]}
            if fields:
                own = {"seed": seed, "key": key, "mean": 0.3 * key, **fields}
                own["shape"] = _sizes(fields["shape"], key)
            specs.append(own)
        return specs

    def case(label: str, **fields) -> dict:
        return _case(task, f"{_label(index)}.{label}", arguments=names, **fields)

    if index is not None:
        count, std = _pick([0, 2, 5, 16, 64, 128], index), _pick([0, 0.7, 1.5, 3.0], index)
        return [case("scores", inputs=given(shape=[count, 1], std=std))]
    shaped = {"shape": [7, 1], "std": 1.5}
    double = [{**spec, "dtype": "float64"} for spec in given(**shaped)]
    cases = [case("classic", inputs=given())] if probe.classic else []
    cases.append(case("scores", inputs=given(**shaped)))
    cases += [case(role, inputs=given(values), role=role) for role, values in LARGE.items()]
    cases += [
        case("float64", inputs=double, role="remark_float64"),
        case("device", inputs=given(**shaped), device="meta", role="remark_device"),
        case("flat", inputs=given(shape=[7], std=1.5), role="remark_flat"),
    ]
    if len(names) > 1:
        unequal = given(shape=[[6, 1], [9, 1]], std=1.5)
        cases.append(case("unequal", inputs=unequal, role="remark_unequal"))
    return cases


def _sizes(shape: list, key: int) -> list:
    return shape[key] if isinstance(shape[0], list) else shape


def _noise(task: Task, seed: int, index: int | None) -> list[dict]:
    probe = task.probe
    large = _pick([[250, 200], [77, 160], [128, 96], [256, 48]], index)
    small = _pick([[3, 4], [2, 5], [7, 3]], index)
    seeds = [seed + 1 + i for i in range(40 if index is None else 12)] if probe.seeds else []
    draws = 200 if index is None else 50
    fields = {
        "large": large,
        "small": small,
        "draws": draws,
        "seeds": seeds,
        "law": probe.distribution,
    }
    fields |= {"device": "meta"} if probe.device else {}
    return [_case(task, _label(index), seed=seed, **fields)]


def _optimizer(task: Task, seed: int, index: int | None) -> list[dict]:
    sizes = _pick([[6, 5, 3], [4, 7, 2], [9, 3, 3]], index)
    scales = _pick([[1e-7, 1.0, 1e-2], [1e-7, 0.1, 3.0], [1e-6, 1e-3, 0.5]], index)
    return [
        _case(
            task, _label(index), seed=seed, sizes=sizes, scales=scales, asks=task.probe.requirement
        )
    ]


# Cases of their own beside the plain one: role -> what differs in it.
SIDES = {
    "own_criterion": {"criterion": "squares"},
    "fixed_device": {"device": "meta"},
    "remark_float64": {"dtype": "float64"},
    "remark_unequal": {"extra": 3},
}


def _adversarial(task: Task, seed: int, index: int | None) -> list[dict]:
    probe = task.probe
    criteria = ["cross_entropy", "squares", "product", "sum"]
    shared = {
        "takes": list(probe.arguments), "learns": probe.trains, "spares": probe.spares,
        "stand_ins": dict(probe.stubs), "law": probe.distribution, "partner": probe.partner,
        "partner_takes": list(probe.partner_arguments), "seed": seed,
    }  # fmt: skip
    shared = {name: value for name, value in shared.items() if value not in (None, [], {})}

    def case(label: str, count: int, z_dim: int, **fields) -> dict:
        sizes = {"count": count, "z_dim": z_dim, "im_dim": _pick([12, 7, 30], index), "extra": 0}
        given = {"criterion": "cross_entropy", "draws": 0, **sizes, **fields}
        return _case(task, f"{_label(index)}.{label}", **shared, **given)

    if index is not None:
        count, z_dim = _pick([0, 1, 2, 5, 16, 128], index), _pick([0, 3, 64, 10], index)
        return [case("value", count, z_dim, criterion=_pick(["", *criteria], index))]
    cases = [case("value", 6, 5), case("one", 1, 9), case("noise", 500, 16, draws=2)]
    for role, fields in SIDES.items():
        if role != "remark_unequal" or "real" in probe.arguments:
            cases.append(case(role, 6, 5, role=role, **fields))
    return cases


MAKERS = {
    "network": _network,
    "loss": _loss,
    "noise": _noise,
    "optimizer": _optimizer,
    "adversarial": _adversarial,
}


def weight_table(model: nn.Module) -> list[dict]:
    """Shapes of the reference's parameters and buffers, with the scale to fill each with.

    Scaled by fan-in, so that activations stay in a range where every mistake shows: no layer of
    dead ReLUs, no saturated Tanh (a test holds that).

    Returns:
        A group for each module that owns parameters: {"parameters", "buffers"}, both lists of
        [key, shape, mean, std].
    """
    groups, key = [], 0
    for module in model.modules():
        rows = {"parameters": [], "buffers": []}
        for kind, tensors in (
            ("parameters", module.named_parameters(recurse=False)),
            ("buffers", module.named_buffers(recurse=False)),
        ):
            for name, tensor in tensors:
                if tensor.is_floating_point():
                    mean, std = _scale(module, name, tensor)
                    rows[kind].append([key, list(tensor.shape), mean, std])
                    key += 1
        if rows["parameters"]:
            groups.append(rows)
    return groups


def _scale(module: nn.Module, name: str, tensor) -> tuple[float, float]:
    if tensor.ndim > 1:
        fan_in = tensor[0].numel()
        if isinstance(module, nn.ConvTranspose2d):
            stride = module.stride[0] * module.stride[1]
            fan_in = tensor.shape[0] * tensor[0, 0].numel() / stride
        return 0.0, round(1.3 / math.sqrt(fan_in), 6)
    table = {"weight": (1.0, 0.25), "running_var": (1.0, 0.2)}  # of BatchNorm
    return table.get(name, (0.0, 0.25))
