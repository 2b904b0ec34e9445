"""The environment of a session: switches, device, autoreload and Google Colab.

Importing this module does not import torch, so `python -m cs231n.submit` works without it.
"""

import importlib
import importlib.util
import json
import math
import os
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# GANS_SHORT=digits: enough steps for digits, and the whole notebook in three minutes on two cores.
# Convolutional networks need fewer steps for digits, and more time for each.
SHORT = {"digits": {"fully connected": 1_200, "convolutional": 420}}


def step_limit(kind: str = "fully connected") -> int | None:
    """Return the number of steps after which every training stops, or None for no limit.

    The environment variable GANS_SHORT is a number of steps, for a trial run of the whole notebook
    with the same code, or "digits" for the smallest number that still ends in digits.

    Args:
        kind: of the networks, "fully connected" or "convolutional"; "digits" depends on it.
    Raises:
        ValueError: GANS_SHORT has another value.
    """
    text = os.environ.get("GANS_SHORT", "").strip()
    if not text:
        return None
    if text in SHORT:
        return SHORT[text][kind]
    if not text.isdigit():
        raise ValueError(
            f"environment variable GANS_SHORT: expected a number of steps or 'digits'; found "
            f"{text!r}; set it to a number such as 20 or to digits, or unset it"
        )
    return int(text) or None


def short_run() -> str:
    """Return "GANS_SHORT=..." with its value if the variable takes effect, else ""."""
    return f"GANS_SHORT={os.environ['GANS_SHORT'].strip()}" if step_limit() else ""


def data_source() -> str:
    """Return the default source of MNIST: GANS_DATA, else "sample" in a short run, else "auto"."""
    return os.environ.get("GANS_DATA", "").strip() or ("sample" if step_limit() else "auto")


def choose_device() -> "torch.device":
    """Return the fastest device that works here: CUDA, then MPS, then the CPU."""
    import torch

    for name, backend in (("cuda", torch.cuda), ("mps", torch.backends.mps)):
        if backend.is_available():
            try:
                (torch.zeros(1, device=name) + 1).item()  # computes there and waits
                return torch.device(name)
            except RuntimeError:  # a driver or a card that this build of PyTorch cannot use
                continue
    return torch.device("cpu")


@dataclass(frozen=True)
class Threads:
    """How many threads PyTorch uses, and why.

    Attributes:
        count: threads for one operation.
        reason: half a sentence.
    """

    count: int
    reason: str

    def __str__(self) -> str:
        return f"{self.count} thread{'s' * (self.count != 1)}: {self.reason}."


def choose_threads(wanted: int | None = None, busy: float | None = None) -> Threads:
    """Choose a number of threads by what the machine offers now.

    On a busy machine, threads that wait for each other are slower than a single one.

    Args:
        wanted: the number, if the caller has chosen; None for GANS_THREADS if that is set, else
            for the cores of this process minus those that other programs keep busy.
        busy: number of cores that other programs keep busy; None to measure it for 0.2 seconds.
    Raises:
        ValueError: GANS_THREADS is not a positive number.
    """
    if wanted:
        return Threads(wanted, "chosen by the caller")
    text = os.environ.get("GANS_THREADS", "").strip()
    if text and not (text.isdigit() and int(text)):
        raise ValueError(
            f"environment variable GANS_THREADS: expected a positive number; found {text!r}; "
            "set it to a number such as 2, or unset it"
        )
    if text:
        return Threads(int(text), "GANS_THREADS is set")
    cores = usable_cores()
    if busy is None:
        busy = _busy_cores()
    count = max(1, min(math.floor(cores), round(cores - busy)))
    return Threads(count, f"other programs keep {busy:.1f} of {cores:g} cores busy")


def usable_cores(quota_file: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """Return how many cores this process may use, by its affinity and its container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = float(len(affinity(0)) if affinity else os.cpu_count() or 1)
    try:
        quota, period = quota_file.read_text().split()
        return min(cores, max(1.0, int(quota) / int(period)))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return cores


def _busy_cores(seconds: float = 0.2) -> float:
    """Measure for a moment how many cores are busy while this process waits."""
    times = _idle_and_total()
    if times is None:
        return 0.0
    time.sleep(seconds)
    (idle, total), (later_idle, later_total) = times, _idle_and_total()
    elapsed = later_total - total
    if elapsed <= 0:
        return 0.0
    share = 1 - (later_idle - idle) / elapsed
    return max(0.0, share) * usable_cores()


def _idle_and_total() -> tuple[int, int] | None:
    """Return idle time and all time of this process's cores in ticks; None if not on Linux."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
        names = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    except (OSError, AttributeError):
        return None
    rows = [list(map(int, line.split()[1:9])) for line in lines if line.split()[0] in names]
    return sum(row[3] + row[4] for row in rows), sum(map(sum, rows))  # idle and waiting for disks


def in_kernel():
    """Return the IPython shell if this process is the kernel of a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


class Reloader:
    """Reloads a module before a cell runs if its file has been saved since.

    Unlike IPython's own autoreload it shows no traceback: a file that cannot be imported leads to
    one line, and the notebook keeps the last version that worked.

    Args:
        name: dotted name of an imported module.
    """

    def __init__(self, name: str):
        self.name = name
        self._stamp = self._read_stamp()

    def __call__(self, *info) -> None:
        """Reload the module if necessary; called by IPython before each cell."""
        stamp = self._read_stamp()
        if stamp in (None, self._stamp):
            return
        self._stamp = stamp
        module = sys.modules[self.name]
        try:
            self._reload(module)
        except Exception as error:
            line = getattr(error, "lineno", None)
            place = f"{Path(module.__file__).name}{f', line {line}' if line else ''}"
            print(
                f"{place}: {type(error).__name__}: {getattr(error, 'msg', error)}; this cell uses "
                "the last version of the file that could be imported"
            )

    def _reload(self, module: types.ModuleType) -> None:
        if sys.modules.get("imp") is None and importlib.util.find_spec("imp") is None:
            # Removed in Python 3.12, but IPython 7 (Colab) still imports `reload` from it.
            replacement = types.ModuleType("imp")
            replacement.reload = importlib.reload
            sys.modules["imp"] = replacement
        from IPython.extensions.autoreload import superreload

        superreload(module, importlib.reload, {})  # also updates functions imported by name

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            status = Path(sys.modules[self.name].__file__).stat()
        except (OSError, KeyError, AttributeError, TypeError):
            return None
        return status.st_mtime_ns, status.st_size


def autoreload(module: str = "cs231n.gan_pytorch") -> bool:
    """Make the notebook reload `module` whenever its file has been saved.

    Returns:
        Whether it is on: False if no notebook is running.
    """
    shell = in_kernel()
    if shell is None:
        return False
    importlib.import_module(module)
    for callback in list(shell.events.callbacks["pre_run_cell"]):
        if isinstance(callback, Reloader) and callback.name == module:
            shell.events.unregister("pre_run_cell", callback)
    shell.events.register("pre_run_cell", Reloader(module))
    return True


def on_colab() -> bool:
    """Return whether this is Colab: its kernel, or a program on its machine."""
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def current_notebook() -> bytes | None:
    """Return the notebook as the browser shows it now, as the bytes of an .ipynb file.

    Colab stores the notebook on Drive and not beside the files of the assignment, so this is the
    only copy with the student's answers that the kernel can reach.

    Returns:
        None if it is not available: not on Colab, no browser, or Colab has changed.
    """
    if not on_colab():
        return None
    try:
        from google.colab import _message

        answer = _message.blocking_request("get_ipynb", request="", timeout_sec=30)
        text = json.dumps(answer["ipynb"], indent=1, ensure_ascii=False)
        return text.encode("utf-8", "replace")
    except Exception:  # undocumented interface: the caller falls back to the file
        return None


def offer_download(path: Path) -> bool:
    """Ask the browser to save a file of Colab's machine; return whether Colab accepted."""
    if "google.colab" not in sys.modules:
        return False
    try:
        from google.colab import files

        files.download(str(path))
        return True
    except Exception:  # no browser: the file stays in the Files panel
        return False
