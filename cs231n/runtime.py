"""The environment of a session: switches, device, autoreload and Google Colab.

Importing this module does not import torch, so `python -m cs231n.submit` works without it.
"""

import importlib
import json
import os
import sys
import types
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


def in_kernel():
    """Return the IPython shell if this process is the kernel of a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def autoreload(module: str = "cs231n.gan_pytorch") -> bool:
    """Make the notebook reload `module` whenever its file has been saved.

    Returns:
        Whether it is on: False if no notebook is running.
    """
    shell = in_kernel()
    if shell is None:
        return False
    try:
        importlib.import_module("imp")
    except ModuleNotFoundError:
        # Removed in Python 3.12, but IPython 7 (Colab) still imports `reload` from it.
        replacement = types.ModuleType("imp")
        replacement.reload = importlib.reload
        sys.modules["imp"] = replacement
    shell.run_line_magic("reload_ext", "autoreload")
    shell.run_line_magic("autoreload", "1")
    shell.run_line_magic("aimport", module)
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
