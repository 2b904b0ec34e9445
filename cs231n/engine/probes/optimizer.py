"""Observe an optimizer: how it moves the weights of a small network under given gradients."""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cs231n.engine.schema import Array, Observation, OptimizerCase, OptimizerFacts

from .frozen_random import stream
from .network import call_with
from .recorder import Recorder, Subject

WEIGHTS = 0.1  # scale of what an optimizer moves by 0.001: little of a step is rounded away
KEPT_STEPS = 3  # after which the weights are compared, beside the last
STEP = 100  # keys of the stream from one step's gradients to the next's


class ProbeModel(nn.Module):
    """A small network with every kind of parameter that an optimizer may be given.

    It owns a parameter itself, and one in a list; others have names of their own, are one number,
    or belong to one of four kinds of layers.
    """

    def __init__(self, sizes: tuple[int, ...]):
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(2, 3))
        self.extra = nn.ParameterList([torch.zeros(3), torch.zeros(())])
        layers = [nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b)) for a, b in pairwise(sizes)]
        self.layers = nn.Sequential(
            *layers, nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.ConvTranspose2d(3, 2, 2), nn.PReLU()
        )


def observe_optimizer(subject: Subject, case: OptimizerCase) -> Observation:
    """Return how some steps with given gradients move the weights of a small nested network.

    Arrays: "moved/i" (P,) float64: all weights after step i, minus those before the first, for the
    first steps and the last.
    """
    recorder = Recorder(OptimizerFacts(), subject.file)
    with recorder:
        model = ProbeModel(case.sizes)
        parameters = list(model.parameters())
        with torch.no_grad():
            for key, p in enumerate(parameters):
                p.copy_(torch.from_numpy(stream(case.seed, key, p.shape, std=WEIGHTS)))
        before = _flat(parameters)
        recorder.note(stage="call")
        optimizer = call_with(subject.function, (model,))
        recorder.note(returned=type(optimizer).__name__[:80])
        if callable(getattr(optimizer, "step", None)):
            recorder.note(stage="step", cleared=True, **_settings(optimizer, model))
            _take_steps(recorder, optimizer, parameters, before, case)
            recorder.note(
                learning=all(p.requires_grad for p in parameters),
                training=all(module.training for module in model.modules()),
            )
    return recorder.observation()


def _settings(optimizer: Any, model: nn.Module) -> dict[str, Any]:
    """Return facts about the settings and the parameters of an optimizer, as far as it has any."""
    named = dict(model.named_parameters())
    facts: dict[str, Any] = {
        "parameters": tuple(named), "sizes": tuple(p.numel() for p in named.values()),
    }  # fmt: skip
    try:
        groups = list(optimizer.param_groups)
        tables = [{k: _plain(v) for k, v in g.items() if k != "params"} for g in groups]
        holds = {id(p) for group in groups for p in group["params"]}
        own = {id(p) for p in named.values()}
        facts["held"] = tuple(id(p) in holds for p in named.values())
        return {
            **facts,
            "settings": {str(k): v for k, v in tables[0].items()},
            "foreign": len(holds - own),
            "alike": all(table == tables[0] for table in tables),
        }
    except Exception:  # an object that only resembles an optimizer
        return facts


def _plain(value: object) -> Any:
    if isinstance(value, tuple | list):
        return tuple(float(v) for v in value)
    return value if isinstance(value, bool | int | float) or value is None else str(value)[:80]


def _take_steps(
    recorder: Recorder[OptimizerFacts],
    optimizer: Any,
    parameters: list[nn.Parameter],
    before: Tensor,
    case: OptimizerCase,
) -> None:
    for step, scale in enumerate(case.scales):
        optimizer.zero_grad()
        if any(p.grad is not None and bool(p.grad.any()) for p in parameters):
            recorder.note(cleared=False)
        for key, p in enumerate(parameters):
            number = min(step, KEPT_STEPS)  # drawing numbers takes longer than a step
            values = scale * _gradient(case.seed, STEP * (number + 1) + key, tuple(p.shape))
            p.grad = torch.from_numpy(np.asarray(values, np.float32).reshape(p.shape))
        optimizer.step()
        if step < KEPT_STEPS or step == len(case.scales) - 1:
            recorder.store(f"moved/{step}", (_flat(parameters) - before).double().numpy())


@lru_cache(maxsize=64)
def _gradient(seed: int, key: int, shape: tuple[int, ...]) -> Array:
    return stream(seed, key, shape, 0.2)


def _flat(parameters: list[nn.Parameter]) -> Tensor:
    return torch.cat([p.detach().reshape(-1) for p in parameters])
