"""A check restores every global setting that a student's function changes."""

import os
import random
import sys
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from cs231n.checks import Checker
from cs231n.engine.reference_data import load_reference_data
from helpers.course import ASSIGNMENT
from helpers.modules import solution_with

CHANGES = """
import os, random, sys, warnings
import matplotlib.pyplot as plt
import numpy as np

def generator_loss(logits_fake):
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = True
    torch.autograd.set_detect_anomaly(True)
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    np.seterr(all="ignore")
    np.set_printoptions(precision=2)
    warnings.simplefilter("error")
    sys.path.insert(0, "/nowhere")
    os.chdir("/")
    os.environ["CHANGED"] = "yes"
    plt.switch_backend("svg")
    sys.setrecursionlimit(5000)
    return bce_loss(logits_fake, torch.ones(len(logits_fake), 1, device="cpu"))
"""


def state() -> dict:
    """Return every setting that a check must leave as it was."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "benchmark": torch.backends.cudnn.benchmark,
        "anomalies": torch.is_anomaly_enabled(),
        "torch": torch.get_rng_state().tolist(),
        "python": random.getstate(),
        "numpy": str(np.random.get_state()),
        "errors": np.geterr(),
        "options": np.get_printoptions(),
        "filters": list(warnings.filters),
        "path": list(sys.path),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "backend": mpl.get_backend(),
        "recursion": sys.getrecursionlimit(),
        "threads": torch.get_num_threads(),
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_check_restores_all_global_settings(dtype):
    """Also settings that the student had chosen before."""
    plt.switch_backend("agg")
    earlier = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        check = Checker(solution_with(CHANGES), load_reference_data(ASSIGNMENT.public_checks))
        before = state()
        check("generator_loss")
        after = state()
        assert {name: after[name] for name in after if after[name] != before[name]} == {}
    finally:
        torch.set_default_dtype(earlier)


def test_check_restores_a_default_device():
    """A student who works on another default device keeps it."""
    check = Checker(solution_with(), load_reference_data(ASSIGNMENT.public_checks))
    torch.set_default_device("meta")
    try:
        assert check("generator_loss").verdict.status == "passed"
        assert torch.get_default_device().type == "meta"
    finally:
        torch.set_default_device(None)
