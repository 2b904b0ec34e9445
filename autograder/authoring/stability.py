"""Is a case steady? A network's gradient jumps where a ReLU or a max-pool changes its mind.

Between two machines float32 sums differ in the last bits. A case is used only if such a change
moves nothing: run in float64, with weights shaken by more than float32 rounding ever does, the
answers must stay far inside the tolerance.
"""

import numpy as np
import torch

from cs231n.engine.judging.compare import differing
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.frozen_random import make_input, sketch, stream
from cs231n.engine.probes.network import build, fill
from cs231n.engine.probes.parameter_pairing import pairings

SHAKE = 1e-6  # relative, five times the float32 noise measured; the unit roundoff is 6e-8
SHARE = 0.5  # of the tolerance that shaking may use up
SHAKES = 3
SIGN = 0.05  # of the scores' root mean square: how far on either side of zero some must be


def run_double(builder, case: dict, shake: float, draw: int) -> dict[str, np.ndarray]:
    """Outputs and gradients of the reference in float64, its weights shaken by `shake`."""
    batch = case["batches"][0]
    model = build(builder, [batch if a == "batch" else a for a in case["args"]], {})
    pairing = next(pairings(model, case["groups"]))
    fill(pairing, case["seed"])
    model.double()
    with torch.no_grad():
        for key, p in enumerate(model.parameters()):
            p.mul_(1 + shake * torch.from_numpy(stream(draw, key, p.shape)))
            p.grad = None
    spec = {**case["input"], "shape": [batch, *case["input"]["shape"]], "dtype": "float64"}
    leaf = torch.from_numpy(make_input(spec)).requires_grad_()
    out = model(leaf)
    weights = torch.from_numpy(stream(case["seed"], 77, (out.numel(),)).astype(np.float64))
    (out.reshape(-1) * weights).sum().backward()
    found = {"out": out, "gradient/input": leaf.grad}
    found |= {f"gradient/{i}": p.grad for i, p in enumerate(model.parameters())}
    return {name: sketch(t.detach().reshape(-1).numpy()) for name, t in found.items()}


def is_steady(builder, case: dict) -> bool:
    """Whether shaking the weights moves no output or gradient by much of the tolerance.

    Scores must have both signs: an activation behind the last layer shows on one of them only.
    """
    with on_cpu():
        still = run_double(builder, case, 0.0, 0)
        *scores, size = still["out"]
        if case.get("scores") and not min(scores) < -SIGN * size < SIGN * size < max(scores):
            return False
        shaken = (run_double(builder, case, SHAKE, draw) for draw in range(SHAKES))
        return not any(differing("network", found, still, SHARE) for found in shaken)
