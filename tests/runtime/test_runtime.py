import sys
import types
import warnings

import pytest
import torch

from cs231n import runtime


class Shell:
    """Stands in for a notebook's IPython shell; records the magics."""

    kernel = True

    def __init__(self):
        self.magics = []

    def run_line_magic(self, name, line):
        if name == "reload_ext":
            import imp  # what IPython 7 does

            assert callable(imp.reload)
        self.magics.append((name, line))


def test_autoreload_works_where_the_imp_module_is_gone(monkeypatch):
    """Autoreload watches the student's module, also under IPython 7 on Python 3.12 and later."""
    shell = Shell()
    monkeypatch.setattr(runtime, "in_kernel", lambda: shell)
    monkeypatch.setitem(sys.modules, "imp", None)  # importing it now fails
    assert runtime.autoreload()
    assert shell.magics[1:] == [("autoreload", "1"), ("aimport", "cs231n.gan_pytorch")]


def test_autoreload_does_nothing_outside_of_a_notebook():
    """In a script there is nothing to switch on, and autoreload says so."""
    assert runtime.in_kernel() is None
    assert runtime.autoreload() is False


def test_in_kernel_tells_a_terminal_from_a_notebook(monkeypatch):
    """An IPython shell without a kernel is a terminal, where pictures cannot be shown."""
    terminal, notebook = types.SimpleNamespace(), Shell()
    for shell, expected in ((terminal, None), (notebook, notebook), (None, None)):
        stand_in = types.SimpleNamespace(get_ipython=lambda shell=shell: shell)
        monkeypatch.setitem(sys.modules, "IPython", stand_in)
        assert runtime.in_kernel() is expected


def test_a_card_that_cannot_be_used_is_not_chosen(monkeypatch):
    """A CUDA build that finds a card it cannot use falls back to the CPU."""

    def refuse(*args, device=None, **kwargs):
        raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch, "zeros", refuse)
    assert runtime.choose_device() == torch.device("cpu")


@pytest.mark.skipif(
    torch.version.cuda is None or torch.cuda.device_count() > 0,
    reason="needs a CUDA build of torch on a machine without an NVIDIA card",
)
def test_a_cuda_build_without_a_card_is_not_taken_for_one(monkeypatch):
    """A build for CUDA where there is no card trains on what is there, and warns of nothing."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert runtime.choose_device() == torch.device("cpu")


def test_a_card_that_fails_only_when_it_computes_is_not_chosen(monkeypatch):
    """Some cards take a tensor and fail at the first kernel: that too leads to the CPU."""

    class Broken:
        def __add__(self, other):
            raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch, "zeros", lambda *args, **kwargs: Broken())
    assert runtime.choose_device() == torch.device("cpu")


@pytest.mark.parametrize(("text", "limit"), [("", None), ("0", None), ("20", 20)])
def test_step_limit_reads_the_environment(monkeypatch, text, limit):
    """GANS_SHORT is a number of steps; empty or zero means no limit."""
    monkeypatch.setenv("GANS_SHORT", text)
    assert runtime.step_limit() == limit


def test_a_short_run_for_digits_has_steps_for_each_kind_of_network(monkeypatch):
    """GANS_SHORT=digits gives fully connected networks more steps, and takes the sample."""
    monkeypatch.delenv("GANS_DATA", raising=False)
    monkeypatch.setenv("GANS_SHORT", "digits")
    assert runtime.step_limit() > runtime.step_limit("convolutional") > 100
    assert runtime.data_source() == "sample"
