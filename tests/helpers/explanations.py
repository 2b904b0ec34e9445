"""Trace and explain networks of an assignment, without a check around it."""

from types import ModuleType

import torch
from torch import nn

from autograder.authoring.mistakes import load_own_source, quiet
from autograder.config import Assignment
from cs231n.engine.explaining.alignment import (
    Block,
    NetworkExplanation,
    NetworkReference,
    explain_network,
)
from cs231n.engine.operations import Trace
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.network import call_with
from cs231n.engine.probes.trace import trace_network

# The arguments and the input with which each builder is traced.
CALLS = {
    "discriminator": ([None], (1, 28, 28)),
    "generator": ([17], (17,)),
    "build_dc_classifier": (["batch"], (1, 28, 28)),
    "build_dc_generator": ([17], (17,)),
    "get_generator_block": ([9, 14], (9,)),
    "get_discriminator_block": ([9, 14], (9,)),
    "Generator": ([7, 50, 9], (7,)),
    "Discriminator": ([50, 9], (50,)),
}


def load(assignment: Assignment, source: bytes) -> ModuleType:
    """Return a complete student's file as a module, without what it prints."""
    with quiet():
        return load_own_source(assignment, source)


def trace_task(module: ModuleType, task: str, batch: int = 16) -> Trace:
    """Build one network of a module and trace it."""
    args, shape = CALLS[task]
    args = [batch if arg == "batch" else arg for arg in args]
    with on_cpu():
        model = call_with(getattr(module, task), args)
        x = torch.rand(batch, *shape, generator=torch.Generator().manual_seed(3)) * 2 - 1
        if any(nn.parameter.is_lazy(p) for p in model.parameters()):
            model(x)
        return trace_network(model, x, "<reference>")


def reference_of(assignment: Assignment, task: str, batch: int = 16) -> NetworkReference:
    """Return what the assignment's table says of a network, for the arguments in CALLS."""
    probes = {t.name: t.probe for t in assignment.tasks}
    probe = probes[task]
    blocks = {
        name: Block(list(p.layers), list(p.sizes))
        for name, p in probes.items()
        if name.endswith("block")
    }
    args = [batch if arg == "batch" else arg for arg in CALLS[task][0]]
    sizes = dict(zip(probe.sizes, args, strict=False))
    return NetworkReference(probe.layers, sizes, blocks, probe.scores)


def explain_task(assignment: Assignment, source: bytes, task: str) -> NetworkExplanation:
    """Trace and explain one network of a file, at batch size 128 if it accepts no other."""
    module = load(assignment, source)
    trace = trace_task(module, task)
    if trace.failure is not None:
        other = trace_task(module, task, 128)
        if other.failure is None:
            return explain_network(other, reference_of(assignment, task, 128))
    return explain_network(trace, reference_of(assignment, task))
