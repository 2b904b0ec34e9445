import importlib
import os
import sys
import types
import warnings

import pytest
import torch

from cs231n import runtime


class Shell:
    """Stands in for a notebook's IPython shell."""

    kernel = True

    def __init__(self):
        self.events = self
        self.callbacks = {"pre_run_cell": []}

    def register(self, event, callback):
        self.callbacks[event].append(callback)

    def unregister(self, event, callback):
        self.callbacks[event].remove(callback)

    def run_cell(self):
        for callback in self.callbacks["pre_run_cell"]:
            callback(object())


@pytest.fixture
def student_module(tmp_path, monkeypatch):
    """A saved file, imported as `student_file`, and a function that saves it again."""
    path = tmp_path / "student_file.py"

    def save(text: str) -> None:
        path.write_text(text)
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9 * len(text)))

    save("def answer():\n    return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "student_file", raising=False)
    yield importlib.import_module("student_file"), save
    sys.modules.pop("student_file", None)


def test_autoreload_uses_a_saved_file_in_the_next_cell(student_module, monkeypatch):
    """Functions imported by name change too, and a second autoreload replaces the first."""
    module, save = student_module
    shell, answer = Shell(), module.answer
    monkeypatch.setattr(runtime, "in_kernel", lambda: shell)
    assert runtime.autoreload("student_file") and runtime.autoreload("student_file")
    assert len(shell.callbacks["pre_run_cell"]) == 1
    save("def answer():\n    return 2\n\n")
    shell.run_cell()
    assert (module.answer(), answer()) == (2, 2)


def test_a_syntax_error_leads_to_one_line_and_keeps_the_last_version(
    student_module, monkeypatch, capsys
):
    """The line names the file, its line and the error; it is printed once for each save."""
    module, save = student_module
    shell = Shell()
    monkeypatch.setattr(runtime, "in_kernel", lambda: shell)
    runtime.autoreload("student_file")
    save("def answer():\n    return (3\n")
    shell.run_cell()
    shell.run_cell()
    output = capsys.readouterr()
    assert output.err == "" and len(output.out.splitlines()) == 1
    assert output.out.startswith("student_file.py, line 2: SyntaxError: ")
    assert module.answer() == 1


def test_autoreload_works_where_the_imp_module_is_gone(student_module, monkeypatch):
    """IPython 7 imports `imp`, which Python 3.12 and later do not have."""
    module, save = student_module
    shell = Shell()
    monkeypatch.setattr(runtime, "in_kernel", lambda: shell)
    monkeypatch.setitem(sys.modules, "imp", None)  # importing it now fails
    runtime.autoreload("student_file")
    save("def answer():\n    return 4\n\n\n")
    shell.run_cell()
    assert module.answer() == 4 and callable(sys.modules["imp"].reload)


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


@pytest.mark.parametrize(("busy", "count"), [(0.0, 2), (0.4, 2), (0.9, 1), (2.0, 1), (5.0, 1)])
def test_threads_are_the_cores_that_other_programs_leave(monkeypatch, busy, count):
    """At least one thread; the reason names the cores in use."""
    monkeypatch.delenv("GANS_THREADS", raising=False)
    monkeypatch.setattr(runtime, "usable_cores", lambda: 2.0)
    threads = runtime.choose_threads(busy=busy)
    assert threads.count == count
    assert str(threads).endswith(f"other programs keep {busy:.1f} of 2 cores busy.")


def test_the_number_of_threads_can_be_set(monkeypatch):
    """The caller comes first, then GANS_THREADS; another value of it is an error."""
    monkeypatch.setenv("GANS_THREADS", "3")
    assert runtime.choose_threads().count == 3 and runtime.choose_threads(4).count == 4
    assert str(runtime.choose_threads()) == "3 threads: GANS_THREADS is set."
    monkeypatch.setenv("GANS_THREADS", "many")
    with pytest.raises(ValueError, match="GANS_THREADS: expected a positive number; found 'many'"):
        runtime.choose_threads()


@pytest.mark.parametrize(("text", "most"), [("150000 100000", 1.5), ("max 100000", 10**6)])
def test_usable_cores_respect_the_containers_quota(tmp_path, text, most):
    """A quota of one and a half cores limits them; "max" is none."""
    (tmp_path / "cpu.max").write_text(text)
    cores = runtime.usable_cores(tmp_path / "cpu.max")
    assert 1 <= cores <= most and (most > 2 or cores in (1.0, 1.5))


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/stat")
def test_busy_cores_are_measured(monkeypatch):
    """The measurement lies between none and all of this process's cores."""
    monkeypatch.delenv("GANS_THREADS", raising=False)
    assert 1 <= runtime.choose_threads().count <= runtime.usable_cores()
    assert 0 <= runtime._busy_cores(0.05) <= runtime.usable_cores()
