"""Reference data: the published numbers, steady cases, fresh files, a telling fill."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.authoring import references
from autograder.authoring.stability import is_well_conditioned
from autograder.config import find_assignment
from cs231n.engine.judging.compare import differing
from cs231n.engine.probes import observe
from cs231n.engine.probes.force_cpu import on_cpu
from cs231n.engine.probes.network import call_with, fill, input_for
from cs231n.engine.probes.parameter_pairing import pairings
from cs231n.engine.reference_data import load_reference_data

ASSIGNMENT = find_assignment("gans")
NETWORKS = [t.name for t in ASSIGNMENT.tasks if t.kind == "network"]


@pytest.fixture(scope="module")
def solution():
    """The reference solution as a module."""
    return references.load_solution(ASSIGNMENT)


@pytest.fixture(scope="module")
def public():
    """The public reference data as they stand in the repository."""
    return load_reference_data(ASSIGNMENT.public_checks)


@pytest.fixture(scope="module")
def hidden():
    """The hidden reference data as they stand in the repository."""
    return load_reference_data(ASSIGNMENT.hidden_checks)


PUBLISHED = {
    "discriminator_loss": ("d_loss_true", 1.8423983904443109),
    "generator_loss": ("g_loss_true", 0.771286196423346),
    "ls_discriminator_loss": ("d_loss_lsgan_true", 1.8770293614440594),
    "ls_generator_loss": ("g_loss_lsgan_true", 0.816954786997558),
}


@pytest.mark.parametrize("task", PUBLISHED)
def test_answers_hold_the_published_losses(task, solution, public):
    """The classic keys give the published values in float64, and in float32 within 1e-7."""
    key, value = PUBLISHED[task]
    assert public.arrays[key].item() == value
    given = [torch.from_numpy(public.arrays["logits_fake"]).float()]
    if "discriminator" in task:
        given.insert(0, torch.from_numpy(public.arrays["logits_real"]).float())
    assert given[0].shape == (10, 1)
    assert abs(getattr(solution, task)(*given).item() - value) < 1e-7 * value


@pytest.mark.parametrize("task", NETWORKS)
def test_cases_are_steady(task, solution, public, hidden):
    """Shaking every weight by more than float32 rounding moves nothing by half the tolerance."""
    cases = [public.task(task).cases[0], hidden.task(task).cases[0]]
    assert all(is_well_conditioned(getattr(solution, task), case) for case in cases)


@pytest.mark.parametrize("task", NETWORKS)
def test_fill_keeps_activations_in_a_range_where_mistakes_show(task, solution, public):
    """No layer of the filled reference is dead or always on, and no Tanh is saturated."""
    case = public.task(task).cases[0]
    batch = case.batches[0]
    with on_cpu():
        model = call_with(getattr(solution, task), case.args_for(batch))
        fill(next(pairings(model, case.groups)), case.seed)
        x = torch.from_numpy(input_for(case, batch))
        for layer in model:
            x = layer(x)
            if isinstance(layer, (nn.ReLU, nn.LeakyReLU)):
                assert 0.2 < (x > 0).float().mean() < 0.8
            if isinstance(layer, nn.Tanh):
                assert (x.abs() > 0.99).float().mean() < 0.1
                assert x.std() > 0.2


def test_threads_do_not_change_a_verdict(solution, public):
    """One thread and two give numbers within a tenth of the tolerance."""
    threads = torch.get_num_threads()
    try:
        for task in NETWORKS:
            case = public.task(task).cases[0]
            found = []
            for count in (1, 2):
                torch.set_num_threads(count)
                found.append(observe(solution, case).arrays)
            assert differing("network", *found, 0.1) == []
    finally:
        torch.set_num_threads(threads)


def test_classic_arrays_are_columns(public):
    """The classic scores are float64 of shape (10, 1)."""
    for key in ("logits_real", "logits_fake"):
        assert public.arrays[key].dtype == np.float64
        assert public.arrays[key].shape == (10, 1)
