"""Decide whether a case is well-conditioned: a ReLU or max-pool may switch and its gradient jump.

Float32 sums differ between machines in their last bits. A case is used only if such a difference
does not matter: in float64, with weights perturbed by more than float32 rounding, the results must
stay far inside the tolerance.
"""

import numpy as np
import torch

from cs231n.engine.judging.compare import differing
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.frozen_random import make_input, sketch, stream
from cs231n.engine.probes.network import build, fill
from cs231n.engine.probes.parameter_pairing import pairings

PERTURBATION = 1e-6  # relative: five times the measured float32 noise; unit roundoff is 6e-8
SHARE = 0.5  # of the tolerance that a perturbation may use
PERTURBATIONS = 3
SIGN = 0.05  # share of the scores' root mean square; some score must exceed it on each side of 0


def run_double(builder, case: dict, perturbation: float, draw: int) -> dict[str, np.ndarray]:
    """Return outputs and gradients of the reference in float64, with perturbed weights.

    Args:
        perturbation: relative size.
        draw: seed of the perturbation.
    """
    batch = case["batches"][0]
    model = build(builder, [batch if a == "batch" else a for a in case["args"]], {})
    pairing = next(pairings(model, case["groups"]))
    fill(pairing, case["seed"])
    model.double()
    with torch.no_grad():
        for key, p in enumerate(model.parameters()):
            p.mul_(1 + perturbation * torch.from_numpy(stream(draw, key, p.shape)))
            p.grad = None
    spec = {**case["input"], "shape": [batch, *case["input"]["shape"]], "dtype": "float64"}
    leaf = torch.from_numpy(make_input(spec)).requires_grad_()
    out = model(leaf)
    weights = torch.from_numpy(stream(case["seed"], 77, (out.numel(),)).astype(np.float64))
    (out.reshape(-1) * weights).sum().backward()
    found = {"out": out, "gradient/input": leaf.grad}
    found |= {f"gradient/{i}": p.grad for i, p in enumerate(model.parameters())}
    return {name: sketch(t.detach().reshape(-1).numpy()) for name, t in found.items()}


def is_well_conditioned(builder, case: dict) -> bool:
    """Return whether perturbed weights move every output and gradient by little of the tolerance.

    Scores must have both signs: an activation after the last layer shows on one sign only.
    """
    with on_cpu():
        exact = run_double(builder, case, 0.0, 0)
        *scores, size = exact["out"]
        if case.get("scores") and not min(scores) < -SIGN * size < SIGN * size < max(scores):
            return False
        perturbed = (run_double(builder, case, PERTURBATION, draw) for draw in range(PERTURBATIONS))
        return not any(differing("network", results, exact, SHARE) for results in perturbed)
