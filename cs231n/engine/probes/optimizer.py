"""Observe an optimizer: how it moves the weights of a small network under given gradients."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from cs231n.engine.schema import Observation, OptimizerCase, OptimizerFacts

from .frozen_random import stream
from .network import call_with
from .recorder import Recorder, Subject

WEIGHTS = 0.1  # scale of what an optimizer moves by 0.001: little of a step is rounded away
STEP = 100  # keys of the stream from one step's gradients to the next's


def observe_optimizer(subject: Subject, case: OptimizerCase) -> Observation:
    """Return how a few steps with given gradients move the weights of a small nested network.

    Arrays: "moved/i" (P,) float64: all weights after step i, minus those before the first.
    """
    recorder = Recorder(OptimizerFacts(), subject.file)
    with recorder:
        model = _model(case.sizes)
        parameters = list(model.parameters())
        with torch.no_grad():
            for key, p in enumerate(parameters):
                p.copy_(torch.from_numpy(stream(case.seed, key, p.shape, std=WEIGHTS)))
        before = torch.cat([p.detach().reshape(-1) for p in parameters])
        recorder.note(stage="call")
        optimizer = call_with(subject.function, (model,))
        recorder.note(returned=type(optimizer).__name__[:80])
        if callable(getattr(optimizer, "step", None)):
            recorder.note(stage="step", **_settings(optimizer, model))
            for step, scale in enumerate(case.scales):
                for key, p in enumerate(parameters):
                    values = scale * stream(case.seed, STEP * (step + 1) + key, p.shape, 0.2)
                    p.grad = torch.from_numpy(values.astype(np.float32))
                optimizer.step()
                after = torch.cat([p.detach().reshape(-1) for p in parameters])
                recorder.store(f"moved/{step}", (after - before).double().numpy())
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


def _model(sizes: tuple[int, ...]) -> nn.Module:
    layers = [nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b)) for a, b in pairwise(sizes)]
    return nn.Sequential(*layers, nn.Conv2d(2, 3, 2), nn.ConvTranspose2d(3, 2, 2))
