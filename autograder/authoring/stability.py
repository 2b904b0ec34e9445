"""Test whether the case of a network is well-conditioned.

A network's gradient jumps where a ReLU or a max-pool changes sides, and the last bits of float32
sums differ between machines. A case is used only if such a change moves nothing: run in float64,
with weights perturbed by more than float32 rounding, results must stay well inside the tolerance.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from cs231n.engine.judging.compare import differing
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.frozen_random import sketch, stream
from cs231n.engine.probes.network import (
    WEIGHTING,
    call_with,
    fill_for,
    input_for,
)
from cs231n.engine.probes.parameter_pairing import pairings
from cs231n.engine.schema import Arrays, NetworkCase

PERTURBATION = 1e-6  # relative, five times the float32 noise measured; the unit roundoff is 6e-8
SHARE = 0.1  # of the tolerance that perturbing may use up
DRAWS = 3
SIGN = 0.05  # of the scores' root mean square: how far on either side of zero some must be


def run_double(
    builder: Callable[..., nn.Module], case: NetworkCase, scale: float, draw: int
) -> Arrays:
    """Return the reference's float64 outputs and gradients, its weights perturbed by `scale`."""
    batch = case.batches[0]
    model = call_with(builder, case.args_for(batch))
    fill_for(next(pairings(model, case.groups)), case)
    model.double()
    with torch.no_grad():
        for key, p in enumerate(model.parameters()):
            p.mul_(1 + scale * torch.from_numpy(stream(draw, key, p.shape)))
            p.grad = None
    leaf = torch.from_numpy(input_for(case, batch, "float64")).requires_grad_()
    out = model(leaf)
    weights = torch.from_numpy(stream(case.seed, WEIGHTING, (out.numel(),)).astype(np.float64))
    (out.reshape(-1) * weights).sum().backward()
    found = {"out": out, "gradient/input": leaf.grad}
    found |= {f"gradient/{i}": p.grad for i, p in enumerate(model.parameters())}
    return {name: sketch(t.detach().reshape(-1).numpy()) for name, t in found.items()}


def is_well_conditioned(builder: Callable[..., nn.Module], case: NetworkCase) -> bool:
    """Return whether perturbed weights move no output or gradient by much of the tolerance.

    Scores must have both signs: an activation after the last layer shows on one sign only.
    """
    with on_cpu():
        exact = run_double(builder, case, 0.0, 0)
        *scores, size = exact["out"]
        if (
            case.scores
            and not case.wide
            and not min(scores) < -SIGN * size < SIGN * size < max(scores)
        ):
            return False
        perturbed = (run_double(builder, case, PERTURBATION, draw) for draw in range(DRAWS))
        return not any(
            differing("network", found, exact, SHARE, loose=case.wide) for found in perturbed
        )
